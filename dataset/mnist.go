package dataset

import (
	"context"
	"embed"
	"io/fs"
	"math"
)

// The attribution is embedded with the files, because their licence requires it.
//
//go:embed mnist
var embedded embed.FS

func openMNIST(ctx context.Context, o Options) (*Set, *Report, error) {
	prefix := "mnist/train"
	if o.Split == "test" {
		prefix = "mnist/t10k"
	}
	o.Cache = math.MaxInt64
	images := inBinary(prefix + "-images-idx3-ubyte.gz")
	labels := inBinary(prefix + "-labels-idx1-ubyte.gz")
	return openIDX(ctx, &Report{Source: "mnist", Kind: "mnist"}, images, &labels, o)
}

func inBinary(name string) stored {
	return stored{name, func() (fs.File, error) { return embedded.Open(name) }}
}

// Attribution returns the text that must go with every copy of the embedded MNIST.
func Attribution() ([]byte, error) { return embedded.ReadFile("mnist/README.md") }
