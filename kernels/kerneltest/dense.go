package kerneltest

import (
	"slices"

	"gorgan/kernels"
	"gorgan/kernels/dense"
)

// denseTable has the cases of the kernels of dense layers: results, and sums, that are smaller than
// a tile, of its size, larger, and of several; each activation; and words of NonFinite's that a
// thread's elements share with others.
var denseTable = denseRows()

func denseRows() map[string]row {
	rows := map[string]row{}
	for _, t := range dense.Tiles() {
		for kind := range dense.Update + 1 {
			if k := t.Kernel(kind); k != nil {
				rows[k.Name] = row{denseSizes(t, kind, k), denseScalars(kind)}
			}
		}
	}
	return rows
}

func denseScalars(kind dense.Kind) [][]float32 {
	switch kind {
	case dense.ProductNN, dense.ProductNT, dense.ProductTN, dense.Weights:
		return nil
	case dense.Update:
		return [][]float32{{0.5, 0.99, 0.1}}
	}
	return [][]float32{{0.2}}
}

func denseSizes(t dense.Tile, kind dense.Kind, k *kernels.Kernel) (all [][]int) {
	transposed := kind == dense.ProductTN || kind == dense.Weights || kind == dense.Update
	shapes := [][4]int{{1, 4, 4, 0}, {5, 12, 8, 1}, {t.Rows - 1, t.Cols - 4, t.Depth - 4, 2},
		{t.Rows + 1, t.Cols + 4, 2*t.Depth + 4, 3}, {t.Rows, t.Cols, t.Depth, 0}, {t.Rows, t.Cols, 4, 1}}
	if slices.Contains(k.Sizes, "activation") {
		shapes = append(shapes, [4]int{t.Rows, t.Cols, 4, 2}, [4]int{t.Rows, t.Cols, 4, 3})
	}
	for i, s := range shapes {
		rows, cols, inner, activation := s[0], s[1], s[2], s[3]
		if transposed { // the rows in memory are a multiple of 4 long
			rows = (rows + 3) / 4 * 4
		}
		size := []int{rows, cols, inner}
		if slices.Contains(k.Sizes, "classes") {
			size = append(size, 1+2*i)
		}
		if slices.Contains(k.Sizes, "stream") {
			size = append(size, 2<<16|i)
		}
		if slices.Contains(k.Sizes, "activation") {
			size = append(size, activation)
		}
		if kind == dense.Update {
			area := rows * cols
			dw := kernels.Chunk - 3 // so that the second element is in another word than the fifth
			w := dw + area + cols + 5
			size = append(size, (w+area+cols)/kernels.Chunk+1, dw, dw+area, w, w+area)
		}
		all = append(all, size)
	}
	return all
}
