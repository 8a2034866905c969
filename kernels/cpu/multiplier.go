package cpu

import (
	"errors"
	"fmt"
	"runtime"
)

// Product is dst (M,N) = op(A)·op(B), or dst += op(A)·op(B) if Add is set. op(A) is (M,K) and
// op(B) is (K,N). op(A) is the transpose of A if TA is set, and A otherwise; TB does the same for
// B. All matrices are row-major. A row begins LdDst, LdA or LdB elements after the row before it.
// Dst must not overlap A or B.
type Product struct {
	Dst, A, B       []float32
	LdDst, LdA, LdB int
	M, N, K         int
	TA, TB, Add     bool
}

// check returns an error if a size is not positive, or a matrix does not fit in its slice.
func (p *Product) check() error {
	if p.M <= 0 || p.N <= 0 || p.K <= 0 {
		return fmt.Errorf("cpu: a product of (%d,%d) by (%d,%d), want positive sizes", p.M, p.K, p.K, p.N)
	}
	for _, t := range [...]struct {
		name       string
		have, ld   int
		rows, cols int
		flip       bool
	}{
		{"dst", len(p.Dst), p.LdDst, p.M, p.N, false},
		{"a", len(p.A), p.LdA, p.M, p.K, p.TA},
		{"b", len(p.B), p.LdB, p.K, p.N, p.TB},
	} {
		if t.flip {
			t.rows, t.cols = t.cols, t.rows
		}
		// The comparison divides, because a product of the sizes could overflow.
		if t.ld < t.cols || t.have < t.cols || t.rows > 1 && t.ld > (t.have-t.cols)/(t.rows-1) {
			return fmt.Errorf("cpu: a product's %s is (%d,%d) with rows %d apart, which does not fit in %d elements",
				t.name, t.rows, t.cols, t.ld, t.have)
		}
	}
	return nil
}

// Multiplier is the matrix product of the CPU device on its own, for matrices in slices. Only
// one goroutine at a time may call its methods.
type Multiplier struct {
	pool   *pool
	gemm   *gemm
	broken error // why it cannot compute, or nil
	closed bool
}

// NewMultiplier returns a multiplier with the given number of workers, or one for each core if
// workers is 0. Its level is the first of Levels, or the one that LevelVar names. If LevelVar is
// none of Levels, Multiply returns an error that says so.
func NewMultiplier(workers int) *Multiplier {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	x := &Multiplier{pool: newPool(workers)}
	var l *isa
	if l, x.broken = chooseISA(); x.broken == nil {
		x.gemm = newGemm(l, x.pool)
	}
	return x
}

// Multiply computes p. The result has the same bits with any number of workers. It returns an
// error, and writes nothing, if p does not fit its slices or x is closed.
func (x *Multiplier) Multiply(p Product) error {
	if err := x.usable(); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	x.gemm.multiply(&p)
	return nil
}

var errClosed = errors.New("cpu: the device is closed")

// usable returns an error if nothing can be computed.
func (x *Multiplier) usable() error {
	if x.closed {
		return errClosed
	}
	return x.broken
}

// Close ends the workers. A second call returns an error.
func (x *Multiplier) Close() error {
	if x.closed {
		return errClosed
	}
	x.closed = true
	x.pool.close()
	return nil
}
