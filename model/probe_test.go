package model_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorgan/model"
)

// TestProbe: each part is there, with a time and the rate that follows from it.
func TestProbe(t *testing.T) {
	o := model.ProbeOptions{Part: time.Millisecond, Copies: []int{4000, 20000}, Product: 40}
	p, err := model.ProbeDevice(t.Context(), device(t), o)
	must(t, err)
	want := map[string]struct{ gflop, gb float64 }{
		"chain 10 launches": {}, "chain 50 launches": {}, "chain 200 launches": {},
		"ten steps one by one": {}, "ten steps at once": {},
		"copy 0.0 MB": {gb: 2 * 20000e-9}, "matmul NN 40,40,40": {gflop: 2 * 64000e-9},
	}
	if len(p.Parts) != 8 {
		t.Errorf("%d parts, want 8", len(p.Parts))
	}
	for i, part := range p.Parts {
		name := part.Name + " " + part.Shape
		w, ok := want[name]
		if i == 5 { // the smaller copy
			w.gb = 2 * 4000e-9
		}
		if !ok || !(part.Median > 0) || part.P10 > part.Median || part.Median > part.P90 || part.Repeats < 10 ||
			!near(part.GFLOPS*part.Median/1e3, w.gflop) || !near(part.GBPerSecond*part.Median/1e3, w.gb) {
			t.Errorf("part %s: %+v", name, part)
		}
	}
	if more := 1e3 / 190 * (p.Parts[2].Median - p.Parts[0].Median); !near(p.Launch, more) || p.Device == "" {
		t.Errorf("%g µs a launch on %q, want %g", p.Launch, p.Device, more)
	}
	if gain := 1e3 / 10 * (p.Parts[3].Median - p.Parts[4].Median); !near(p.Step, gain) {
		t.Errorf("ten steps at once take %g µs less each, want %g", p.Step, gain)
	}
	if p, err := model.ProbeDevice(t.Context(), device(t), model.ProbeOptions{Part: time.Millisecond}); err != nil || len(p.Parts) != 5 {
		t.Errorf("without copies and a product: %+v, error %v; want 5 parts", p, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := model.ProbeDevice(ended, device(t), o); !errors.Is(err, context.Canceled) {
		t.Errorf("a probe whose context has ended: error %v", err)
	}
}

func near(a, b float64) bool { return a-b <= 1e-9*max(a, b, -a, -b) && b-a <= 1e-9*max(a, b, -a, -b) }
