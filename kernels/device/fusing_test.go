package device

import (
	"testing"

	"gorgan/kernels/cpu"
	"gorgan/kernels/tape"
)

// TestSpares: steps share the memory that they have beside their own, unless one wants more of it, and what
// one step wants does not overlap.
func TestSpares(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	s := &spares{dev: dev}
	get := func(nth, n int) tape.Span {
		t.Helper()
		m, err := s.get(nth, n)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Shape().TotalSize(); got != n {
			t.Fatalf("got memory for %d numbers, want %d", got, n)
		}
		return tape.SpanOf(m)
	}
	second, first := get(1, 20), get(0, 10)
	if first.Overlaps(second) {
		t.Error("the memory of two wants of a step overlaps")
	}
	if again := get(1, 20); again != second {
		t.Error("another step does not get the memory that there is")
	}
	if less := get(1, 5); less.Lo != second.Lo {
		t.Error("another step that wants less does not get the memory that there is")
	}
	if more := get(1, 30); more.Overlaps(second) {
		t.Error("a step that wants more gets memory that is too small")
	}
	if get(0, 10) != first {
		t.Error("other memory moved")
	}
}
