package tape_test

import (
	"testing"

	"pgregory.net/rapid"

	"gorgan/kernels/tape"
)

// TestWithout compares what is left of ranges, and whether they overlap, with sets of numbers.
func TestWithout(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) tape.Range[int] {
		lo := rapid.IntRange(0, 20).Draw(t, "lo")
		return tape.Range[int]{Lo: lo, Hi: rapid.IntRange(lo+1, 21).Draw(t, "hi")}
	})
	has := func(ranges []tape.Range[int], n int) (times int) {
		for _, r := range ranges {
			if r.Lo <= n && n < r.Hi {
				times++
			}
		}
		return times
	}
	rapid.Check(t, func(t *rapid.T) {
		ranges, cut := rapid.SliceOfN(one, 0, 4).Draw(t, "ranges"), rapid.SliceOfN(one, 0, 4).Draw(t, "cut")
		left := tape.Without(ranges, cut)
		overlap := false
		for n := range 21 {
			overlap = overlap || has(ranges, n) > 0 && has(cut, n) > 0
			want := has(ranges, n)
			if has(cut, n) > 0 {
				want = 0
			}
			if got := has(left, n); got != want {
				t.Errorf("%v without %v is %v: it has %d %d times, want %d", ranges, cut, left, n, got, want)
			}
		}
		if tape.Overlap(ranges, cut) != overlap {
			t.Errorf("%v and %v overlap: %v", ranges, cut, !overlap)
		}
	})
}
