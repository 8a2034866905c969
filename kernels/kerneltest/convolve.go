package kerneltest

import (
	"slices"

	"gorgan/kernels/convolve"
)

// gathered has the cases of the kernels of package convolve: one term; a kernel larger than its image;
// taps that are not used, and positions that meet none; rows of memory that are a multiple of four long
// and others, of the images and of the weights; and results of more than a tile.
var gathered = [][]int{
	{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, {2, 3, 2, 3, 2, 1, 5, 6, 6, 2, 2}, {3, 5, 7, 2, 2, 2, 3, 2, 1, 3, 0},
	{2, 8, 8, 3, 4, 4, 8, 4, 4, 2, 1}, {1, 6, 6, 8, 3, 3, 132, 4, 4, 2, 1}, {5, 7, 6, 4, 7, 6, 3, 3, 3, 1, 1},
	{2, 9, 11, 68, 3, 4, 12, 3, 2, 3, 1}, {1, 18, 18, 4, 18, 18, 4, 1, 1, 1, 0},
}

// large has those of the large tiles, for which the simulated device takes long: the last fills more than one.
var large = append(slices.Clone(gathered[:4]), []int{1, 12, 12, 68, 12, 12, 72, 1, 1, 1, 0})

// runs has the runs of positions for each case of a gradient of weights: as long as a step, shorter than
// the others, and empty ones.
var runs = []int{2, 1, 3, 2, 1, 7, 1, 11}

var convolveTable = convolveRows()

func convolveRows() map[string]row {
	rows := map[string]row{}
	for _, t := range convolve.Tiles() {
		for kind := range convolve.Weight + 1 {
			of := gathered
			if t.Cols > 64 {
				of = large
			}
			var sizes [][]int
			for i, size := range of {
				size = slices.Clone(size)
				if kind == convolve.Weight {
					size = append(size, runs[i])
				}
				sizes = append(sizes, size)
			}
			rows[convolve.Kernel(t, kind).Name] = row{sizes, nil}
		}
	}
	return rows
}
