package cpu

import (
	"testing"

	"gorgan/kernels"
)

// TestBodiesAreOfKernels: a vector body of a name that no kernel has would never run.
func TestBodiesAreOfKernels(t *testing.T) {
	vector := 0
	for _, l := range levels {
		for name := range l.bodies {
			vector++
			if kernels.Named(name) == nil {
				t.Errorf("%s: there is no kernel %q", l.name, name)
			}
		}
	}
	if vector == 0 && len(levels) > 1 {
		t.Error("no level has vector bodies")
	}
}
