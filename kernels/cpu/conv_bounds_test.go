//go:build linux

package cpu

import (
	"runtime/debug"
	"testing"

	"gorgan/kernels"
)

// TestConvWithinBounds: a convolution that reads or writes past the end of a tensor faults.
func TestConvWithinBounds(t *testing.T) {
	debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(false)
	pool := newPool(1)
	defer pool.close()
	for _, l := range isas {
		p := newPatchProduct(l, pool)
		for _, n := range [][]int{
			{2, 5, 7, 3, 2, 3, 5, 4, 4, 2, 1}, {1, 6, 6, 1, 3, 3, 64, 4, 4, 2, 1}, {3, 4, 6, 15, 4, 6, 17, 3, 3, 1, 1}, {2, 9, 9, 2, 3, 3, 3, 2, 2, 3, 0},
			{2, 7, 7, 20, 3, 3, 33, 4, 4, 2, 1}, {2, 8, 6, 33, 4, 3, 37, 4, 4, 2, 1}, {1, 14, 15, 40, 7, 7, 47, 4, 4, 2, 1}, {2, 4, 4, 64, 3, 3, 32, 2, 2, 1, 0}, {2, 7, 4, 37, 7, 4, 35, 3, 3, 1, 1}, {1, 11, 6, 66, 11, 6, 32, 3, 3, 1, 1}, {2, 4, 4, 530, 4, 4, 35, 2, 2, 1, 1},
		} {
			for name, convolve := range convolutions {
				m := kernels.Mem[float32]{N: append(n[:11:11], 1)[:len(kernels.Named(name).Sizes)]} // one group
				for _, of := range kernels.Named(name).Lens(m.N) {
					m.F = append(m.F, fenced(t, of))
				}
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Fatalf("%s: %s: %v: %v", l.name, name, n, r)
						}
					}()
					convolve(p, m)
				}()
			}
		}
	}
}
