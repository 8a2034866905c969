package dense

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Tile is the part of a product that one block of a GPU computes: Rows x Cols elements. The block
// goes through the terms of their sums Depth at a time, and its warps share the terms in Slices
// parts, which are added up in a fixed order at the end.
type Tile struct {
	Name              string // "s", "m", "l", "w", "tf32_s" ...
	Rows, Cols, Depth int
	Slices            int
	TF32              bool // rounds the factors to 10 bits of mantissa, for tensor cores
}

// The tiles w are for the gradients of weights, which have few elements of many terms each.
var tiles = []Tile{
	{Name: "s", Rows: 32, Cols: 32, Depth: 64, Slices: 8},
	{Name: "m", Rows: 64, Cols: 64, Depth: 16, Slices: 1},
	{Name: "l", Rows: 128, Cols: 128, Depth: 8, Slices: 1},
	{Name: "w", Rows: 32, Cols: 64, Depth: 32, Slices: 4},
	{Name: "tf32_s", Rows: 32, Cols: 32, Depth: 64, Slices: 4, TF32: true},
	{Name: "tf32_m", Rows: 128, Cols: 64, Depth: 16, Slices: 1, TF32: true},
	{Name: "tf32_l", Rows: 128, Cols: 128, Depth: 16, Slices: 1, TF32: true},
	{Name: "tf32_w", Rows: 32, Cols: 64, Depth: 32, Slices: 4, TF32: true},
}

// Tiles returns every tile, those of float32 first and small ones before large ones.
func Tiles() []Tile { return append([]Tile(nil), tiles...) }

// Named returns the tile of that name.
func Named(name string) (Tile, bool) {
	for _, t := range tiles {
		if t.Name == name {
			return t, true
		}
	}
	return Tile{}, false
}

// threads is the size of every block.
const threads = 256

// width is the number of neighbours in memory that a thread loads or stores at once.
const width = 4

// Threads is the number of threads of each block.
func (t Tile) Threads() int { return threads }

// Capability returns the least compute capability of a GPU that takes the tile: 80 for 8.0, or 0
// for any that the program supports.
func (t Tile) Capability() int {
	if t.TF32 {
		return 80
	}
	return 0
}

// Fits reports whether the tile has a kernel of the product op(a)·op(b), op(a) of (m,k) and op(b) of
// (k,n), and the sizes suit it. op(a) is the transpose of a if tA is set, and a otherwise; tB does the
// same for b. No tile transposes both. Threads load four neighbours of a row at once, so the rows of
// a, of b and of the result must be multiples of 4 long. The kernels also want Aligned tensors.
func (t Tile) Fits(m, n, k int, tA, tB bool) bool {
	kind, a, b := ProductNN, k, n // a and b are the lengths of the rows in memory
	switch {
	case tA && tB:
		return false
	case tA:
		kind, a = ProductTN, m
	case tB:
		kind, b = ProductNT, k
	}
	return t.Kernel(kind) != nil && m > 0 && n > 0 && k > 0 && a%width == 0 && b%width == 0 && n%width == 0
}

// Aligned reports whether each of the tensors starts at a multiple of 16 bytes, as the kernels want
// it of all their tensors of floats with more than one element. A tensor that a device made does; a
// view may not.
func Aligned(tensors ...*tensor.Dense) bool {
	for _, t := range tensors {
		if t.Uintptr()%(4*width) != 0 {
			return false
		}
	}
	return true
}

// grid is one block for each tile of a (rows, cols) result, row by row.
func (t Tile) grid(size []int) kernels.Grid {
	up := func(n, by int) int { return (n + by - 1) / by }
	return kernels.Grid{Blocks: up(size[0], t.Rows) * up(size[1], t.Cols), Threads: threads}
}
