package convolve

import (
	"slices"

	"gorgan/kernels"
	"gorgan/kernels/dense"
)

// many is about the number of multiprocessors of a large GPU. Each has room for two blocks. leastSteps is the
// steps of a run that are worth its end.
const (
	many       = 128
	leastSteps = 16
)

// Choose returns the kernel for a launch of conv, conv_back or conv_weight, whose sizes are n, and its own
// sizes. ok is false for another kernel. tf32 allows tiles that multiply in TF32, for which the GPU must be of
// their capability. The choice depends on the arguments alone, and so do the bits.
//
// A result of at most four columns goes to tile n, which multiplies in float32 and waits for memory anyhow. Others go
// to the large tile if that has a block for each multiprocessor, and if not, to the small one. Runs make twice as
// many blocks of a gradient that has few.
func Choose(name string, n []int, tf32 bool) (k *kernels.Kernel, of []int, ok bool) {
	for kind := range Weight + 1 {
		if kind.String() != name {
			continue
		}
		t := kind.tile(n, tf32)
		if kind == Weight {
			rows, cols, positions, _ := kind.Matrix(n)
			runs := max(1, min(up(2*many, blocks(t, rows, cols)), positions/(leastSteps*t.Depth)))
			n = append(slices.Clone(n), runs)
		}
		return Kernel(t, kind), n, true
	}
	return nil, nil, false
}

// tile returns the tile for the sizes n.
func (k Kind) tile(n []int, tf32 bool) dense.Tile {
	rows, cols, _, times := k.Matrix(n)
	if cols <= narrow.Cols {
		return narrow
	}
	small, large := fp32[0], fp32[1]
	if tf32 {
		small, large = tf32s[0], tf32s[1]
	}
	if 2*rows > large.Rows && 2*cols > large.Cols && times*blocks(large, rows, cols) >= many {
		return large
	}
	return small
}

// blocks is the number of blocks of a (rows, cols) result.
func blocks(t dense.Tile, rows, cols int) int { return up(rows, t.Rows) * up(cols, t.Cols) }
