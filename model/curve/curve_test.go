package curve_test

import (
	"math"
	"testing"

	"gorgan/model/curve"
)

func TestThin(t *testing.T) {
	points := make([]curve.Point, 100_000)
	for i := range points {
		points[i] = curve.Point{X: float64(i), Y: 1}
	}
	points[777].Y, points[50_001].Y = 9, -9
	thinned := curve.Thin(points)
	if n := len(thinned); n < 3 || n > curve.MostPoints {
		t.Errorf("%d points, want at most %d", n, curve.MostPoints)
	}
	if thinned[0] != points[0] || thinned[len(thinned)-1] != points[len(points)-1] {
		t.Error("the first or the last point is lost")
	}
	spikes := 0
	for i, p := range thinned {
		if i > 0 && p.X <= thinned[i-1].X {
			t.Fatalf("point %d is not after the one before", i)
		}
		if p == points[777] || p == points[50_001] {
			spikes++
		}
	}
	if spikes != 2 {
		t.Errorf("%d of 2 spikes are left", spikes)
	}
	if few := points[:curve.MostPoints]; len(curve.Thin(few)) != curve.MostPoints {
		t.Error("few points were thinned")
	}
}

// TestMeans: the means of a straight line are the line, to its ends, and noise is averaged.
func TestMeans(t *testing.T) {
	points := make([]curve.Point, 500)
	for i := range points {
		points[i] = curve.Point{X: float64(2 * i), Y: 3*float64(i) + 7}
	}
	for i, p := range curve.Means(points) {
		if p.X != points[i].X || math.Abs(p.Y-points[i].Y) > 1e-9 {
			t.Fatalf("point %d is %v, want %v", i, p, points[i])
		}
	}
	points[250].Y += 11
	if got := curve.Means(points)[245].Y - 3*245 - 7; math.Abs(got-1) > 1e-9 {
		t.Errorf("11 more in one of 11 points makes the mean %v more", got)
	}
	if got := curve.Means(points)[256].Y; math.Abs(got-3*256-7) > 1e-9 {
		t.Errorf("a point outside of the mean makes it %v", got)
	}
}
