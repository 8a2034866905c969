package cpu

import (
	"errors"
	"fmt"
	"runtime"
)

// Product is dst (M,N) = op(A)·op(B), or dst += op(A)·op(B) if Add is set. op(A) is
// (M,K), op(B) is (K,N), and op transposes where TA or TB is set. All are row-major,
// and a row begins LdDst, LdA or LdB elements after the one before it. Dst overlaps
// neither A nor B.
type Product struct {
	Dst, A, B       []float32
	LdDst, LdA, LdB int
	M, N, K         int
	TA, TB, Add     bool
}

// check reports sizes that are not positive, and a matrix that is not in its slice.
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
		// Written so that no product of sizes overflows.
		if t.ld < t.cols || t.have < t.cols || t.rows > 1 && t.ld > (t.have-t.cols)/(t.rows-1) {
			return fmt.Errorf("cpu: a product's %s is (%d,%d) with rows %d apart, which does not fit in %d elements",
				t.name, t.rows, t.cols, t.ld, t.have)
		}
	}
	return nil
}

// Multiplier is the CPU device's matrix product by itself, for matrices that are
// slices. Its methods are for one goroutine.
type Multiplier struct {
	pool   *pool
	gemm   *gemm
	broken error // why it cannot work
	closed bool
}

// NewMultiplier returns a multiplier with the given number of workers, 0 for one a
// core. Its level is the first of Levels, or what the environment's LevelVar says; if
// that is none of Levels, Multiply returns an error that says so.
func NewMultiplier(workers int) *Multiplier {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	x := &Multiplier{pool: newPool(workers)}
	var l *level
	if l, x.broken = chooseLevel(); x.broken == nil {
		x.gemm = newGemm(l, x.pool)
	}
	return x
}

// Multiply does p. The same product gives the same bits with any number of workers.
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

// usable reports why nothing can be computed, if so.
func (x *Multiplier) usable() error {
	if x.closed {
		return errClosed
	}
	return x.broken
}

// Close ends the workers. It is called once.
func (x *Multiplier) Close() error {
	if x.closed {
		return errClosed
	}
	x.closed = true
	x.pool.close()
	return nil
}
