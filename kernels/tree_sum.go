package kernels

import (
	"fmt"
	"math/bits"

	"gorgonia.org/tensor"
)

// TreeLevels is the largest number of levels of TreeSum: a tree of 256 rows.
const TreeLevels = 8

var treeSum = Kernel{
	Name: "tree_sum", Params: []Param{out("y"), in("x")}, Scalars: []string{"factor"}, Sizes: []string{"cols", "levels"},
	Lens:  func(n []int) []int { return []int{n[0], n[0] << min(n[1], TreeLevels)} },
	Items: func(n []int) (int, int) { return n[0], 1 << min(n[1], TreeLevels) },
	Grid:  gridN, Tol: sumTol,
	F32: func(m Mem[float32], lo, hi int) {
		const width = 64 // columns at a time
		y, x, factor, cols, levels := m.F[0], m.F[1], m.S[0], m.N[0], m.N[1]
		var sums [TreeLevels + 1][width]float32 // sums[l] is of 2^l rows, and waits for that of the next 2^l
		for c := lo; c < hi; c += width {
			n := min(width, hi-c)
			for r := range 1 << levels {
				level := bits.TrailingZeros(^uint(r)) // that of the largest sum that row r completes
				sum := sums[level][:n]
				copy(sum, x[r*cols+c:])
				for l := range level {
					for i, v := range sums[l][:n] {
						sum[i] = v + sum[i]
					}
				}
			}
			for i, v := range sums[levels][:n] {
				y[c+i] = factor * v
			}
		}
	},
	F64: func(m Mem[float64]) {
		for c := range m.F[0] {
			sum := 0.0
			for i := c; i < len(m.F[1]); i += m.N[0] {
				sum += m.F[1][i]
			}
			m.F[0][c] = m.S[0] * sum
		}
	},
}

// TreeSum writes factor times the sum of the rows of x (rows, len(y)) to y. It adds the rows as a balanced
// tree, ((x₀+x₁)+(x₂+x₃))+…, and rounds each sum to float32. So the sum of the sums of halves of the rows, or of
// quarters, has the bits of the sum of all. rows is a power of two, 256 at most; an error says so.
func TreeSum(dev Device, y, x *tensor.Dense, factor float32) error {
	cols := y.Shape().TotalSize()
	rows := x.Shape().TotalSize() / cols
	levels := bits.TrailingZeros(uint(rows))
	if rows != 1<<levels || levels > TreeLevels {
		return fmt.Errorf("kernels: tree_sum: x has %d rows, want a power of two of at most %d", rows, 1<<TreeLevels)
	}
	return dev.Launch(&treeSum, Args{[]*tensor.Dense{y, x}, []float32{factor}, []int{cols, levels}})
}
