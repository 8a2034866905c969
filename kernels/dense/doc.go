// Package dense has the matrix products of dense layers as kernels of their own, each with what
// comes before and after the product in a net: a layer forward and back, and the gradient of its
// weights with the update that follows.
//
// A Kind says what a kernel computes, and a Tile how its blocks share the work. The PTX of each
// pair is written by scripts/ptxgen:
//
//	tile, ok := dense.Named("m")
//	if k := tile.Kernel(dense.Forward); k != nil && tile.Fits(rows, cols, inner, false, false) {
//		err = dev.Launch(k, kernels.Args{ ... })
//	}
//
// The sum of each element is taken in an order that the tile and the sizes decide. So two tiles
// may differ in the last bits, and one tile gives the same bits each time. No block reads what
// another block of the same launch writes.
package dense
