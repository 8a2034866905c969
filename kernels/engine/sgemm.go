package engine

import (
	"gonum.org/v1/gonum/blas"

	"gorgan/kernels/cpu"
)

// Sgemm is c (m,n) = alpha·op(a)·op(b) + beta·c, op(a) (m,k) and op(b) (k,n), where op
// transposes if tA or tB says so. It panics for the arguments and with the words that
// gonum's does. As in the reference BLAS, c is not read if beta is 0, nor a and b if
// alpha is; unlike gonum's, it does not skip zeros, so that 0·NaN is NaN.
func (e *Engine) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if err := e.sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc); err != nil {
		panic(err)
	}
}

// sgemm is Sgemm, and returns an error where it is not the arguments that are wrong.
func (e *Engine) sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) error {
	// With these factors gonum checks the arguments and has nothing left to do.
	e.Implementation.Sgemm(tA, tB, m, n, k, 0, a, lda, b, ldb, 1, c, ldc)
	if m == 0 || n == 0 {
		return nil
	}
	if k == 0 || alpha == 0 {
		eachRow(m, n, c, ldc, func(_ int, row []float32) { scale(row, beta) })
		return nil
	}
	p := cpu.Product{
		Dst: c, A: a, B: b, LdDst: ldc, LdA: lda, LdB: ldb, M: m, N: n, K: k,
		TA: tA != blas.NoTrans, TB: tB != blas.NoTrans, Add: beta == 1,
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if alpha == 1 && (beta == 0 || beta == 1) {
		return e.multiplier.Multiply(p)
	}
	if cap(e.product) < m*n {
		e.product = make([]float32, m*n)
	}
	p.Dst, p.LdDst, p.Add = e.product[:m*n], n, false
	if err := e.multiplier.Multiply(p); err != nil {
		return err
	}
	eachRow(m, n, c, ldc, func(i int, row []float32) {
		scale(row, beta)
		for j, v := range p.Dst[i*n:][:n] {
			row[j] += alpha * v
		}
	})
	return nil
}

func eachRow(m, n int, c []float32, ldc int, f func(i int, row []float32)) {
	for i := range m {
		f(i, c[i*ldc:][:n])
	}
}

// scale multiplies a row by beta; 0 clears it, whatever it holds.
func scale(row []float32, beta float32) {
	if beta == 0 {
		clear(row)
		return
	}
	for j := range row {
		row[j] *= beta
	}
}
