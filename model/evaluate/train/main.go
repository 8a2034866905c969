// Command train writes the classifier that package evaluate embeds. It trains the classifier on
// MNIST's training images by evaluate.DefaultRecipe, and writes the same file each time.
//
//	go run ./model/evaluate/train FILE
package main

import (
	"context"
	"fmt"
	"os"

	"gorgan/dataset"
	"gorgan/kernels/cpu"
	"gorgan/model/evaluate"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: train FILE")
		os.Exit(2)
	}
	if err := train(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func train(ctx context.Context, path string) error {
	set, _, err := dataset.Open(ctx, "mnist", dataset.Options{})
	if err != nil {
		return err
	}
	test, _, err := dataset.Open(ctx, "mnist", dataset.Options{Split: "test"})
	if err != nil {
		return err
	}
	dev := cpu.New(0)
	defer dev.Close()
	progress := func(done, total int) {
		if done%1000 == 0 || done == total {
			fmt.Fprintf(os.Stderr, "step %d of %d\n", done, total)
		}
	}
	c, err := evaluate.TrainClassifier(ctx, dev, evaluate.Whole("train", set), evaluate.DefaultRecipe(), progress)
	if err != nil {
		return err
	}
	accuracy, err := c.Accuracy(ctx, dev, evaluate.Whole("test", test))
	if err != nil {
		return err
	}
	fmt.Printf("%v  %.2f %% of the test images right  sha256 %s\n", c, 100*accuracy, c.SHA256())
	return c.Save(path)
}
