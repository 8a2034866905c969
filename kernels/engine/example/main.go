// Command example is an ordinary Gorgonia program with one added line, which makes Gorgan compute
// its products. A multilayer perceptron learns to read the digits of MNIST on a tape machine. With
// -plain the program does not use that line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"time"

	G "gorgonia.org/gorgonia"

	"gorgan/dataset"
	"gorgan/kernels/engine"
)

func main() {
	plain := flag.Bool("plain", false, "leave Gorgonia as it is")
	solver := flag.String("solver", "sgd", "sgd or adam")
	hidden := flag.Int("hidden", 512, "width of the two hidden layers")
	steps := flag.Int("steps", 400, "steps of 128 images")
	flag.Parse()
	if !*plain {
		G.Use(engine.New(0)) // the added line
	}
	if err := run(solvers()[*solver], *hidden, *steps); err != nil {
		log.Fatal(err)
	}
}

func run(solver G.Solver, hidden, steps int) error {
	if solver == nil {
		return errors.New("no such solver: want sgd or adam")
	}
	train, _, err := dataset.Open(context.Background(), "mnist", dataset.Options{})
	if err != nil {
		return err
	}
	test, _, err := dataset.Open(context.Background(), "mnist", dataset.Options{Split: "test"})
	if err != nil {
		return err
	}
	const batch = 128
	n, err := newMLP(batch, solver, 784, hidden, hidden, 10)
	if err != nil {
		return err
	}
	defer n.close()
	began := time.Now()
	for step := range steps {
		n.load(train, step*batch)
		if err := n.learn(); err != nil {
			return err
		}
		if (step+1)%100 == 0 {
			fmt.Printf("step %d: loss %.4f\n", step+1, n.loss.Data())
		}
	}
	fmt.Printf("%.1f ms a step\n", time.Since(began).Seconds()*1e3/float64(steps))
	right := 0
	for first := 0; first+batch <= test.Len(); first += batch {
		n.load(test, first)
		if err := n.run(); err != nil {
			return err
		}
		right += n.right(test, first)
	}
	fmt.Printf("%.2f %% of the test digits are read right\n", 100*float64(right)/float64(test.Len()/batch*batch))
	return nil
}
