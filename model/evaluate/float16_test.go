package evaluate

import (
	"math"
	"testing"
)

// TestFloat16Exact: every float16 number comes back from float32 as it was.
func TestFloat16Exact(t *testing.T) {
	for h := range 1 << 16 {
		v := fromFloat16(uint16(h))
		if v != v {
			if back := toFloat16(v); fromFloat16(back) == fromFloat16(back) || back>>15 != uint16(h)>>15 {
				t.Errorf("%#04x: NaN became %#04x", h, back)
			}
			continue
		}
		if back := toFloat16(v); back != uint16(h) {
			t.Errorf("%#04x is %v and comes back as %#04x", h, v, back)
		}
		// The value by the definition: fraction times a power of two.
		exponent, fraction := h>>10&31, float64(h&1023)
		want := math.Ldexp(1024+fraction, exponent-25)
		switch exponent {
		case 0:
			want = math.Ldexp(fraction, -24)
		case 31:
			want = math.Inf(1)
		}
		if h>>15 == 1 {
			want = -want
		}
		if float64(v) != want {
			t.Errorf("%#04x is %v, want %v", h, v, want)
		}
	}
}

// TestFloat16Nearest: between two neighbours all go to the nearer, the middle to the
// even one.
func TestFloat16Nearest(t *testing.T) {
	for h := range uint16(0x7c00) {
		low, high := fromFloat16(h), fromFloat16(h+1)
		even := h + h&1
		if h+1 == 0x7c00 {
			high = 65536 // where the next number would be
		}
		middle := (low + high) / 2 // exact: one bit more
		for _, sign := range []float32{1, -1} {
			s := uint16(0)
			if sign < 0 {
				s = 0x8000
			}
			for _, c := range []struct {
				v    float32
				want uint16
			}{
				{math.Nextafter32(middle, 0), h}, {middle, even}, {math.Nextafter32(middle, math.MaxFloat32), h + 1},
			} {
				if got := toFloat16(sign * c.v); got != c.want|s {
					t.Fatalf("%v becomes %#04x, want %#04x", sign*c.v, got, c.want|s)
				}
			}
		}
	}
	for _, v := range []float32{1e5, math.MaxFloat32, float32(math.Inf(1))} {
		if got := toFloat16(v); got != 0x7c00 {
			t.Errorf("%v becomes %#04x, want an infinity", v, got)
		}
	}
	if got := toFloat16(math.SmallestNonzeroFloat32); got != 0 {
		t.Errorf("the smallest float32 becomes %#04x, want 0", got)
	}
}
