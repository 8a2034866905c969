package dataset

import (
	"context"
	"embed"
	"io/fs"
	"math"

	"gorgan/dataset/array"
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
	labels := inBinary(prefix + "-labels-idx1-ubyte.gz")
	a, err := array.OpenIDX(ctx, inBinary(prefix+"-images-idx3-ubyte.gz"), &labels, array.Options{Memory: o.Cache})
	if err != nil {
		return nil, nil, err
	}
	a.Kind, a.Splits = "mnist", true
	return openArray(ctx, "mnist", a, o)
}

func inBinary(name string) array.File {
	return array.File{Name: name, Open: func() (fs.File, error) { return embedded.Open(name) }}
}

// Attribution returns the text that must go with every copy of the embedded MNIST.
func Attribution() ([]byte, error) { return embedded.ReadFile("mnist/README.md") }
