//go:build amd64 && !purego

package cpu

import "gorgan/kernels"

// The maxout bodies in vector instructions. They take a group of units at a time, one for each
// lane of a vector. The last group ends at the last unit, so it may repeat units of the group
// before it. The Go bodies do the rest: fewer units than a group, and more than maxPieces pieces.

// maxPieces is the largest number of pieces that the vector bodies can count.
const maxPieces = 1 << 16

// grouped reports whether the vector bodies can take n units.
func grouped(lanes, n, pieces int) bool { return n >= lanes && pieces <= maxPieces }

// inGroups calls do for n units from first on. n is at least the units of one group.
func inGroups(lanes, first, n int, do func(unit, groups int)) {
	do(first, n/lanes)
	if n%lanes != 0 {
		do(first+n-lanes, 1)
	}
}

func vectorMaxout(lanes int, add func(n int, y, bias *float32), largest func(groups, pieces int, y, a *float32)) kernels.Body {
	plain := kernels.Named("maxout").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		y, a, bias, units, pieces := m.F[0], m.F[1], m.F[2], m.N[1], m.N[2]
		n := (hi - lo) * units
		if !grouped(lanes, n, pieces) {
			plain(m, lo, hi)
			return
		}
		for i := lo; i < hi; i++ {
			add(len(bias), &a[i*len(bias)], &bias[0])
		}
		inGroups(lanes, lo*units, n, func(u, groups int) { largest(groups, pieces, &y[u], &a[u*pieces]) })
	}
}

func vectorMaxoutPick(lanes int, pick func(groups, pieces int, t, u, a *float32)) kernels.Body {
	plain := kernels.Named("maxout_pick").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		t, u, a, units, pieces := m.F[0], m.F[1], m.F[2], m.N[1], m.N[2]
		n := (hi - lo) * units
		if !grouped(lanes, n, pieces) {
			plain(m, lo, hi)
			return
		}
		inGroups(lanes, lo*units, n, func(i, groups int) { pick(groups, pieces, &t[i], &u[i*pieces], &a[i*pieces]) })
	}
}

func vectorMaxoutGrad(lanes int, spread func(groups, pieces int, da, d, a *float32),
	columns func(rows, stride, n int, d, dbias *float32)) kernels.Body {
	plain := kernels.Named("maxout_grad").F32
	return func(m kernels.Mem[float32], lo, hi int) {
		da, dbias, d, a, rows, units, pieces := m.F[0], m.F[1], m.F[2], m.F[3], m.N[0], m.N[1], m.N[2]
		kernels.EachPartial(rows, units, lo, hi, func(s kernels.PartialSums) {
			n := s.End - s.From
			if !grouped(lanes, n, pieces) {
				plain(m, s.At, s.At+n)
				return
			}
			for i := s.First; i < s.First+s.Rows; i++ {
				inGroups(lanes, i*units+s.From, n, func(j, groups int) { spread(groups, pieces, &da[j*pieces], &d[j], &a[j*pieces]) })
			}
			sumAbreast(lanes, columns, dbias, da, rows, units*pieces, s.At*pieces, (s.At+n)*pieces)
		})
	}
}
