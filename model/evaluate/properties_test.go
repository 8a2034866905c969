package evaluate

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestFrechetProperties: 0 of a set to itself, the same both ways and in any order of
// the rows, and of sets moved apart just the square of how far.
func TestFrechetProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		cols := rapid.IntRange(1, 9).Draw(t, "cols")
		x := uniformRows(seed, rapid.IntRange(cols+2, 60).Draw(t, "n"), cols, 0)
		y := shrunkRows(seed, rapid.IntRange(cols+2, 60).Draw(t, "m"), cols, 1)
		moved := newMatrix(x.Len(), cols)
		for i, v := range x.values {
			moved.values[i] = v + 2 // exact to the 22 bits that the sum keeps
		}
		check := func(what string, a, b matrix, want float64) {
			got, err := frechetDistance(momentsOf(a), momentsOf(b))
			if err != nil || math.Abs(got-want) > 1e-5*(1+want) {
				t.Fatalf("%s: %v, %v, want %v", what, got, err, want)
			}
		}
		check("to itself", x, x, 0)
		check("to itself in another order", x, permuted(x, seed), 0)
		check("to itself moved", x, moved, 4*float64(cols))
		there, err := frechetDistance(momentsOf(x), momentsOf(y))
		if err != nil || !(there > 0) {
			t.Fatalf("to another: %v, %v", there, err)
		}
		check("the other way", permuted(y, seed), x, there)
	})
}

// TestCoverageProperties: the order of rows does not matter; a set covers itself whole;
// nothing is near a set far away.
func TestCoverageProperties(t *testing.T) {
	d := newDistances(t)
	measure := func(t *rapid.T, real, fake matrix) coverage {
		var m [2]manifold
		for i, f := range []matrix{real, fake} {
			others, err := d.nearestOther(context.Background(), f, 5)
			if err != nil {
				t.Fatal(err)
			}
			m[i] = manifold{f, others}
		}
		c, err := d.coverage(context.Background(), m[0], m[1], 3, 5)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		x := uniformRows(seed, rapid.IntRange(6, 50).Draw(t, "n"), 3, 0)
		y := shrunkRows(seed, rapid.IntRange(6, 50).Draw(t, "m"), 3, 1)
		c := measure(t, x, y)
		if got := measure(t, permuted(x, seed), permuted(y, seed+1)); got != c {
			t.Fatalf("%+v in another order, %+v before", got, c)
		}
		if got := measure(t, x, permuted(x, seed)); got.precision != 1 || got.recall != 1 || got.coverage != 1 || got.density < 1 {
			t.Fatalf("a set against itself: %+v", got)
		}
		for i := range y.values {
			y.values[i] += 100
		}
		if got := measure(t, x, y); got != (coverage{}) {
			t.Fatalf("a set far away: %+v", got)
		}
	})
}

// TestParzenProperties: the order does not matter, and the likelihood of one centre's
// own place is the kernel's height.
func TestParzenProperties(t *testing.T) {
	d := newDistances(t)
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		cols := rapid.IntRange(1, 20).Draw(t, "cols")
		centres, x := uniformRows(seed, rapid.IntRange(1, 40).Draw(t, "n"), cols, 0), uniformRows(seed, 10, cols, 1)
		sigmas := []float64{0.1, rapid.Float64Range(0.05, 2).Draw(t, "sigma")}
		want, err := d.logLikelihoods(ctx, centres, x, sigmas)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.logLikelihoods(ctx, permuted(centres, seed), x, sigmas)
		if err != nil {
			t.Fatal(err)
		}
		for s, sigma := range sigmas {
			for i, v := range want[s] {
				if math.Abs(got[s][i]-v) > 1e-4*(1+math.Abs(v)) {
					t.Fatalf("sigma %v: log p of row %d is %v in another order, %v before", sigma, i, got[s][i], v)
				}
			}
			one, err := d.logLikelihoods(ctx, matrix{x.at(0), cols}, matrix{x.at(0), cols}, sigmas[s:s+1])
			if height := -float64(cols) * math.Log(sigma*math.Sqrt(2*math.Pi)); err != nil || math.Abs(one[0][0]-height) > 1e-9*(1+math.Abs(height)) {
				t.Fatalf("sigma %v: log p of a centre is %v, want %v (%v)", sigma, one[0][0], height, err)
			}
		}
	})
}

// TestScoreProperties: 1 if all images look alike, the number of classes if they are
// sure and evenly spread, and no matter in which order.
func TestScoreProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 12).Draw(t, "classes")
		alike, sure := newMatrix(2*classes, classes), newMatrix(2*classes, classes)
		row := uniformRows(rapid.Uint64().Draw(t, "seed"), 1, classes, 0)
		for i := range alike.Len() {
			copy(alike.at(i), row.values)
			sure.at(i)[i%classes] = 200
		}
		if got := classifierScore(alike); math.Abs(got-1) > 1e-12 {
			t.Fatalf("score of images alike is %v, want 1", got)
		}
		if got := classifierScore(sure); math.Abs(got-float64(classes)) > 1e-9 {
			t.Fatalf("score of sure images is %v, want %d", got, classes)
		}
		mixed := uniformRows(7, 30, classes, 1)
		if got, want := classifierScore(permuted(mixed, 3)), classifierScore(mixed); math.Abs(got-want) > 1e-12*want {
			t.Fatalf("score is %v in another order, %v before", got, want)
		}
	})
}
