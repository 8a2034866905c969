package main

import (
	"strings"
	"testing"

	"gorgan/model"
)

// TestPrintProbe: the parts with programmatic dependent launch stand below the others.
func TestPrintProbe(t *testing.T) {
	part := func(name string, ms float64) model.Timing { return model.Timing{Name: name, Median: ms} }
	p := &model.DeviceProbe{Device: "cuda:0", Launch: 1.25, Step: 2, Parts: []model.Timing{part("chain", 3)},
		PDL: &model.DeviceProbe{Launch: 0.5, Step: 1, Parts: []model.Timing{part("chain", 4)}}}
	var said strings.Builder
	must(t, printProbe(newUI(&said, &said), p, false))
	for _, want := range []string{"launch 1.25 µs", "with PDL 0.50 µs for one more launch, 1.00 µs less", "rate chain 3.0000", "chain, PDL 4.0000"} {
		if !strings.Contains(strings.Join(strings.Fields(said.String()), " "), want) {
			t.Errorf("%q is not in\n%s", want, said.String())
		}
	}
}
