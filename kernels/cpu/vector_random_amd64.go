//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The bodies that make random numbers, in vector instructions. They take a group of counters at
// a time, one for each 64-bit lane of a vector. The Go bodies do the rest: the counters after the
// last whole group, and a counter of which only some words are used.

func vectorUniform(lanes int, fill func(groups int, dst *float32, block, stream, step, key0, key1 uint32)) kernels.Body {
	plain := kernels.Named("uniform").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		z, key := m.F[0], m.U[0]
		if groups := wholeGroups(lanes, lo, min(hi, len(z)/4)); groups > 0 {
			fill(groups, &z[4*lo], uint32(lo), uint32(m.N[1]), m.U[1][0], key[0], key[1])
			lo += groups * lanes / 2
		}
		plain(m, lo, hi)
	}
}

func vectorPerturb(lanes int, perturb func(groups int, x, a *float32, size float32, block, stream, step, key0, key1 uint32)) kernels.Body {
	plain := kernels.Named("perturb").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		x, a, key := m.F[0], m.F[1], m.U[0]
		if groups := wholeGroups(lanes, lo, min(hi, len(x)/4)); groups > 0 {
			perturb(groups, &x[4*lo], &a[4*lo], m.S[0]*m.F[2][0], uint32(m.N[2]/4+lo), uint32(m.N[1]), m.U[1][0], key[0], key[1])
			lo += groups * lanes / 2
		}
		plain(m, lo, hi)
	}
}

func vectorDropout(lanes int, drop func(groups int, y *float32, keep float32, block, stream, step, key0, key1 uint32)) kernels.Body {
	plain := kernels.Named("dropout").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		y, key, n, first := m.F[0], m.U[0], m.N[0], m.N[2]
		if lo == 0 && first%4 != 0 {
			plain(m, 0, 1)
			lo = 1
		}
		if groups := wholeGroups(lanes, lo, min(hi, (first+n)/4-first/4)); groups > 0 {
			block := first/4 + lo
			drop(groups, &y[4*block-first], m.S[0], uint32(block), uint32(m.N[1]), m.U[1][0], key[0], key[1])
			lo += groups * lanes / 2
		}
		plain(m, lo, hi)
	}
}

// wholeGroups returns the number of whole groups among the counters lo to hi-1.
func wholeGroups(lanes, lo, hi int) int { return (hi - lo) / (lanes / 2) }
