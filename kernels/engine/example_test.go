package engine_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgan/kernels/engine"
)

// The example is an ordinary Gorgonia program with one added line. Its net learns the exclusive
// or.
func Example() {
	e := engine.New(0)
	G.Use(e) // the added line

	r := rand.New(rand.NewPCG(1, 1))
	g := G.NewGraph()
	matrix := func(rows, cols int, values ...float32) *G.Node {
		for len(values) < rows*cols {
			values = append(values, float32(r.NormFloat64()))
		}
		v := tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))
		return G.NewMatrix(g, G.Float32, G.WithShape(rows, cols), G.WithValue(v))
	}
	// The last input is always 1, so its weights are biases.
	x := matrix(4, 3, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1)
	want := matrix(4, 1, 0, 1, 1, 0)
	w1, w2 := matrix(3, 8), matrix(8, 1)
	out := G.Must(G.Mul(G.Must(G.Tanh(G.Must(G.Mul(x, w1)))), w2))
	loss := G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(out, want))))))
	var answers G.Value
	G.Read(out, &answers)
	if _, err := G.Grad(loss, w1, w2); err != nil {
		log.Fatal(err)
	}
	machine := G.NewTapeMachine(g, G.BindDualValues(w1, w2))
	defer machine.Close()
	solver := G.NewAdamSolver(G.WithLearnRate(0.05))
	for range 300 {
		if err := machine.RunAll(); err != nil {
			log.Fatal(err)
		}
		if err := solver.Step(G.NodesToValueGrads(G.Nodes{w1, w2})); err != nil {
			log.Fatal(err)
		}
		machine.Reset()
	}
	for _, a := range answers.Data().([]float32) {
		fmt.Printf("%.1f\n", a*a)
	}

	// Only a program that continues without the engine needs this.
	G.Use(gonum.Implementation{})
	if err := e.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 0.0
	// 1.0
	// 1.0
	// 0.0
}
