package kerneltest

import (
	"gorgan/kernels"
	"gorgan/kernels/dense"
)

// Kernels returns every kernel of the program.
func Kernels() []*kernels.Kernel { return append(kernels.All(), dense.All()...) }
