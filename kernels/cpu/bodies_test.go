package cpu

import (
	"testing"

	"gorgan/kernels"
)

// TestBodiesAreOfKernels: every vector body has the name of a kernel. One that has not would never
// run.
func TestBodiesAreOfKernels(t *testing.T) {
	vector := 0
	for _, l := range isas {
		for name := range l.bodies {
			vector++
			if kernels.Named(name) == nil {
				t.Errorf("%s: there is no kernel %q", l.name, name)
			}
		}
	}
	if vector == 0 && len(isas) > 1 {
		t.Error("no level has vector bodies")
	}
}
