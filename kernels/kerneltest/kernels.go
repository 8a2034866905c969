package kerneltest

import (
	"slices"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
)

// Kernels returns every kernel of the program.
func Kernels() []*kernels.Kernel { return slices.Concat(kernels.All(), dense.All(), convolve.All()) }
