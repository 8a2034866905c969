package curve_test

import (
	"strings"
	"testing"

	"gorgan/model/curve"
)

func TestTicks(t *testing.T) {
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
		for _, tick := range curve.Ticks(c.low, c.high, curve.Step(c.high-c.low, c.most, c.least)) {
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

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{1, 1000, "1 10 100 1000"}, {1.6, 90, "2 5 10 20 50"}, {0.02, 0.7, "0.02 0.05 0.1 0.2 0.5"}, {3, 4e5, "10 100 1000 10000 100000"}, {1e-6, 1e-4, "1e-06 1e-05 0.0001"},
	} {
		var labels []string
		for _, tick := range curve.LogTicks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}
