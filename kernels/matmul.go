package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// CheckMatMul returns the sizes of the product dst (m,n) = op(a) (m,k) · op(b) (k,n). It returns
// an error if a tensor is no float32 matrix or a shape does not fit.
func CheckMatMul(dst, a, b *tensor.Dense, tA, tB bool) (m, n, k int, err error) {
	for _, t := range []*tensor.Dense{dst, a, b} {
		if t.Dims() != 2 || t.Dtype() != tensor.Float32 {
			return 0, 0, 0, fmt.Errorf("kernels: matmul: got a tensor of shape %v and type %v, want a float32 matrix", t.Shape(), t.Dtype())
		}
	}
	am, ak := a.Shape()[0], a.Shape()[1]
	if tA {
		am, ak = ak, am
	}
	bk, bn := b.Shape()[0], b.Shape()[1]
	if tB {
		bk, bn = bn, bk
	}
	if ak != bk || dst.Shape()[0] != am || dst.Shape()[1] != bn {
		return 0, 0, 0, fmt.Errorf("kernels: matmul: op(a) is (%d,%d), op(b) is (%d,%d) and dst is %v, want (m,k), (k,n) and (m,n)",
			am, ak, bk, bn, dst.Shape())
	}
	return am, bn, ak, nil
}
