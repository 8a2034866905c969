package engine

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gorgonia.org/tensor"
)

// MatMul computes c (m,n) = a (m,k) · b (k,n). The matrices may be row-major or column-major,
// transposed, or part of another tensor. c must not overlap a or b. If they are not three float32
// matrices in the memory of the process, StdEng multiplies them.
//
// It returns an error, and writes nothing, if the shapes do not fit or c has no stride of 1.
func (e *Engine) MatMul(a, b, c tensor.Tensor) error {
	var all [3]*tensor.Dense
	for i, t := range [...]tensor.Tensor{a, b, c} {
		d, dense := t.(*tensor.Dense)
		if !dense || d.Dtype() != tensor.Float32 || d.Dims() != 2 || !d.IsNativelyAccessible() {
			return e.StdEng.MatMul(a, b, c)
		}
		all[i] = d
	}
	m, k, n := a.Shape()[0], a.Shape()[1], b.Shape()[1]
	if b.Shape()[0] != k || c.Shape()[0] != m || c.Shape()[1] != n {
		return fmt.Errorf("engine: MatMul of %v by %v into %v, want (m,k) by (k,n) into (m,n)", a.Shape(), b.Shape(), c.Shape())
	}
	x, xok := matrixOf(materialized(all[0]))
	y, yok := matrixOf(materialized(all[1]))
	z, zok := matrixOf(all[2])
	if !xok || !yok || !zok {
		return fmt.Errorf("engine: MatMul with strides %v and %v into %v, want a stride of 1 in each", a.Strides(), b.Strides(), c.Strides())
	}
	if z.flipped {
		// The columns of c are the rows of cᵀ = bᵀ·aᵀ.
		x, y, m, n = y.transposed(), x.transposed(), n, m
	}
	return e.sgemm(x.op(), y.op(), m, n, k, 1, x.data, x.ld, y.data, y.ld, 0, z.data, z.ld)
}

// matrix is a matrix in the form of BLAS. Its rows, or its columns if flipped, begin ld elements
// apart.
type matrix struct {
	data    []float32
	ld      int
	flipped bool
}

// matrixOf returns t in the form of BLAS, or false if t cannot be used without a copy.
func matrixOf(t *tensor.Dense) (matrix, bool) {
	down, across := 1, 1 // a column-major vector has fewer than two strides
	if s := t.Strides(); len(s) == 2 {
		down, across = s[0], s[1]
	}
	switch rows, cols := t.Shape()[0], t.Shape()[1]; {
	case across == 1 && down >= cols:
		return matrix{t.Float32s(), down, false}, true
	case down == 1 && across >= rows:
		return matrix{t.Float32s(), across, true}, true
	}
	return matrix{}, false
}

func (m matrix) transposed() matrix { return matrix{m.data, m.ld, !m.flipped} }

func (m matrix) op() blas.Transpose {
	if m.flipped {
		return blas.Trans
	}
	return blas.NoTrans
}

// materialized returns t, or a copy of it if BLAS cannot use t itself.
func materialized(t *tensor.Dense) *tensor.Dense {
	if _, ok := matrixOf(t); !ok {
		if whole, ok := t.Materialize().(*tensor.Dense); ok {
			return whole
		}
	}
	return t
}
