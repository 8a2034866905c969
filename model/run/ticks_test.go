package run

import (
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

// TestRoundAxes: steps from 0 on, and values between two marks.
func TestRoundAxes(t *testing.T) {
	p := plot.New()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 1, 15000, -0.19, 6.1
	roundAxes(p)
	labels := func(a plot.Axis) (all []string) {
		for _, tick := range a.Tick.Marker.Ticks(a.Min, a.Max) {
			all = append(all, tick.Label)
		}
		return all
	}
	if got := strings.Join(labels(p.X), " "); p.X.Min != 0 || p.X.Max != 15000 || got != "0 2k 4k 6k 8k 10k 12k 14k" {
		t.Errorf("steps from %v to %v, marked %s", p.X.Min, p.X.Max, got)
	}
	if got := strings.Join(labels(p.Y), " "); p.Y.Min != -2 || p.Y.Max != 8 || got != "-2 0 2 4 6 8" {
		t.Errorf("values from %v to %v, marked %s", p.Y.Min, p.Y.Max, got)
	}
}

func TestRoundTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		most      int
		least     float64
		want      string
	}{
		{0, 15000, 8, 1, "0 2k 4k 6k 8k 10k 12k 14k"},
		{0, 20000, 4, 1, "0 5k 10k 15k 20k"},
		{0, 1500, 8, 1, "0 200 400 600 800 1000 1200 1400"},
		{0, 8000, 8, 1, "0 1k 2k 3k 4k 5k 6k 7k 8k"},
		{0, 3, 8, 1, "0 1 2 3"},
		{0, 1, 8, 1, "0 1"},
		{0, 4e9, 8, 1, "0 500M 1000M 1500M 2000M 2500M 3000M 3500M 4000M"},
		{0, 5.39, 6, 0, "0 1 2 3 4 5"},
		{0, 0.7, 6, 0, "0 0.2 0.4 0.6"},
		{-0.3, 0.35, 8, 0, "-0.3 -0.2 -0.1 0 0.1 0.2 0.3"},
		{-120, 40, 6, 0, "-100 -50 0"},
		{0, 0, 6, 0, "0"},
		{-3e38, 3e38, 6, 0, "-3e+38 -2e+38 -1e+38 0 1e+38 2e+38 3e+38"},
	} {
		var labels []string
		for _, tick := range roundTicks(c.low, c.high, roundStep(c.high-c.low, c.most, c.least)) {
			labels = append(labels, tick.Label)
			if tick.Value < c.low-1e-9*(c.high-c.low) || tick.Value > c.high+1e-9*(c.high-c.low) {
				t.Errorf("%v is not within %v to %v", tick.Value, c.low, c.high)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}
