package evaluate

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gorgan/kernels"
)

// TestWassersteinProperties: the distance of a set to itself is 0, and to itself moved it is how far. It
// is the same both ways, and does not change if each number occurs several times.
func TestWassersteinProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, step uint32) []float32 {
			x := uniformRows(rapid.Uint64().Draw(t, name), rapid.IntRange(1, 30).Draw(t, name+"s"), 1, step).values
			slices.Sort(x)
			return x
		}
		times := func(x []float32, n int) (all []float32) {
			for _, v := range x {
				all = append(all, slices.Repeat([]float32{v}, n)...)
			}
			return all
		}
		a, b, n := draw("a", 0), draw("b", 1), rapid.IntRange(1, 5).Draw(t, "times")
		check := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-6*(1+want) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
		check("to itself", wasserstein(a, a), 0)
		check("to itself several times", wasserstein(a, times(a, n)), 0)
		moved := slices.Clone(a)
		for i := range moved {
			moved[i] -= 3
		}
		check("to itself moved", wasserstein(a, moved), 3)
		want := wasserstein(a, b)
		check("the other way", wasserstein(b, a), want)
		check("several times", wasserstein(times(a, n), times(b, n+1)), want)
	})
}

// TestSlicedWassersteinOfShift: a set moved along one pixel is as far away as the directions go that
// way. Brighter by b, it is at √(2/π)·b, the mean of a normal number's size.
func TestSlicedWassersteinOfShift(t *testing.T) {
	const cols, b = 300, 0.25
	d, on := newDistances(t), directions{projections, cols, kernels.Key(1)}
	x := uniformRows(1, 40, cols, 0)
	along, brighter := newMatrix(x.Len(), cols), newMatrix(x.Len(), cols)
	for i, v := range x.values {
		along.values[i], brighter.values[i] = v, v+b
		if i%cols == 7 {
			along.values[i] += 2
		}
	}
	var want float64
	direction := make([]float32, cols)
	for k := range on.Len() {
		must(t, on.row(direction, k))
		want += 2 * math.Abs(float64(direction[7])) / float64(on.Len())
	}
	near(t, "distance along a pixel", sliced(t, d, x, along, on), want, 1e-4)
	near(t, "distance to brighter images", sliced(t, d, x, brighter, on), math.Sqrt(2/math.Pi)*b, 0.08)
	if got := sliced(t, d, x, permuted(x, 3), on); got > 1e-6 {
		t.Errorf("distance to itself in another order is %v, want 0", got)
	}
}

// TestDirections: they have length 1, differ, and point everywhere.
func TestDirections(t *testing.T) {
	const n, cols = 400, 7
	on := directions{n, cols, kernels.Key(3)}
	mean := make([]float64, cols)
	seen := map[float32]bool{}
	for k := range n {
		row := make([]float32, cols)
		must(t, on.row(row, k))
		var square float64
		for j, v := range row {
			square += float64(v) * float64(v)
			mean[j] += float64(v) / n
		}
		if seen[row[0]] || math.Abs(square-1) > 1e-6 {
			t.Fatalf("direction %d is %v, of squared length %v", k, row, square)
		}
		seen[row[0]] = true
	}
	for j, v := range mean { // each has a standard deviation of 1/√cols
		if math.Abs(v) > 4/math.Sqrt(n*cols) {
			t.Errorf("component %d is %v on average, want about 0", j, v)
		}
	}
	other := make([]float32, cols)
	must(t, directions{n, cols, kernels.Key(4)}.row(other, 0))
	if seen[other[0]] {
		t.Error("another seed draws the same directions")
	}
}

// TestSlicedWassersteinMeasured: the figure is 1000 times the mean, and its spread that over the
// directions by their root.
func TestSlicedWassersteinMeasured(t *testing.T) {
	e := toyEvaluator(t, Options{Metrics: []string{"sliced_wasserstein"}, Seed: 4})
	samples := blend(t, 100)
	r, err := e.Run(context.Background(), samples, nil)
	must(t, err)
	f, _ := r.Figure("sliced_wasserstein")
	on := directions{512, toySize.Area(), kernels.Key(4)}
	images := matrix{samples.Values, toySize.Area()}
	near(t, "distance", f.Value, 1000*sliced(t, &e.distances, images, matrix{valuesOf(t, e.reference.Test), toySize.Area()}, on), 1e-9)
	var square float64
	fake, err := e.distances.project(context.Background(), images, on)
	must(t, err)
	for k, real := range e.test.projections {
		v := 1000*wasserstein(fake[k], real) - f.Value
		square += v * v / 512
	}
	near(t, "its standard error", f.Spread, math.Sqrt(square/512), 1e-9)
}
