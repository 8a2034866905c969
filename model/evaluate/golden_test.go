package evaluate

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"gorgan/kernels"
	"gorgan/model/streams"
)

// golden is what scripts/evaluate_golden.py writes.
type golden struct {
	Seed   uint64
	Parzen struct {
		Sigma, Mean   float64
		StandardError float64 `json:"standard_error"`
	}
	Frechet  float64
	Coverage []struct {
		goldenCoverage
		KPrecision int `json:"k_precision"`
		KDensity   int `json:"k_density"`
	}
	KID struct {
		Value         float64
		StandardError float64 `json:"standard_error"`
	}
	SlicedWasserstein struct{ Equal, Unequal float64 } `json:"sliced_wasserstein"`
	Score             float64
	Uniform           []struct {
		N, Modes              int
		Occurring, Divergence float64
	}
	Nearest struct {
		Index   []int32
		Squared []float64
	}
	Calibration goldenCoverage
}

type goldenCoverage struct{ Precision, Recall, Density, Coverage float64 }

func openGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	must(t, err)
	var g golden
	must(t, json.Unmarshal(text, &g))
	return g
}

// near fails unless got is within tolerance of want, relative to want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %.10g, want %.10g", what, got, want)
	}
}

// The products are of float32, hence the tolerances.
func TestGoldenParzen(t *testing.T) {
	g := openGolden(t)
	got, err := newDistances(t).parzen(context.Background(),
		uniformRows(g.Seed, 300, 6, 0), uniformRows(g.Seed, 60, 6, 1), uniformRows(g.Seed, 100, 6, 2))
	must(t, err)
	near(t, "sigma", got.sigma, g.Parzen.Sigma, 1e-12)
	near(t, "mean", got.mean, g.Parzen.Mean, 1e-6)
	near(t, "standard error", got.standardError, g.Parzen.StandardError, 1e-5)
}

func TestGoldenFrechet(t *testing.T) {
	g := openGolden(t)
	got, err := frechetDistance(momentsOf(uniformRows(g.Seed, 500, 8, 3)), momentsOf(shrunkRows(g.Seed, 400, 8, 4)))
	must(t, err)
	near(t, "Fréchet distance", got, g.Frechet, 1e-10)
}

func TestGoldenCoverage(t *testing.T) {
	g := openGolden(t)
	d := newDistances(t)
	real, fake := manifoldOf(t, d, uniformRows(g.Seed, 400, 8, 5), 5), manifoldOf(t, d, shrunkRows(g.Seed, 300, 8, 6), 5)
	for _, want := range g.Coverage {
		got, err := d.coverage(context.Background(), real, fake, want.KPrecision, want.KDensity)
		must(t, err)
		want.check(t, got, 1e-12)
	}
}

func (want goldenCoverage) check(t *testing.T, got coverage, tolerance float64) {
	t.Helper()
	near(t, "precision", got.precision, want.Precision, tolerance)
	near(t, "recall", got.recall, want.Recall, tolerance)
	near(t, "density", got.density, want.Density, tolerance)
	near(t, "coverage", got.coverage, want.Coverage, tolerance)
}

func manifoldOf(t *testing.T, d *distances, features matrix, k int) manifold {
	t.Helper()
	others, err := d.nearestOther(context.Background(), features, k)
	must(t, err)
	return manifold{features, others}
}

// calibrate holds n normal rows of 1000 dimensions against n others, k = 5.
func calibrate(t *testing.T, seed uint64, n int) coverage {
	t.Helper()
	d := newDistances(t)
	real, fake := normalRows(seed, n, 1000, streams.Samples+1), normalRows(seed, n, 1000, streams.Samples+2)
	got, err := d.coverage(context.Background(), manifoldOf(t, d, real, 5), manifoldOf(t, d, fake, 5), 5, 5)
	must(t, err)
	return got
}

// TestGoldenNormal is in 1000 dimensions, where all distances are nearly the same; a few
// comparisons may fall to either side.
func TestGoldenNormal(t *testing.T) {
	g := openGolden(t)
	g.Calibration.check(t, calibrate(t, g.Seed, 1000), 3e-3)
}

// TestCalibration is the calibration of Naeem et al. (2020), from the README of their
// program prdc: 10,000 against 10,000. Theirs are other draws, and of twelve draws the
// figures had standard deviations of 0.009, 0.009, 0.07 and 0.007; three of these are
// allowed.
func TestCalibration(t *testing.T) {
	long(t)
	got := calibrate(t, 1, 10000)
	for _, c := range []struct {
		name               string
		got, want, allowed float64
	}{
		{"precision", got.precision, 0.4772, 0.027},
		{"recall", got.recall, 0.4705, 0.027},
		{"density", got.density, 1.0555, 0.21},
		{"coverage", got.coverage, 0.9735, 0.021},
	} {
		if math.Abs(c.got-c.want) > c.allowed {
			t.Errorf("%s is %v, want %v ± %v", c.name, c.got, c.want, c.allowed)
		}
	}
}

func TestGoldenKID(t *testing.T) {
	g := openGolden(t)
	value, standardError := kidOf(t, newDistances(t), shrunkRows(g.Seed, 120, 8, 10), uniformRows(g.Seed, 90, 8, 11))
	near(t, "KID", value, g.KID.Value, 1e-5)
	near(t, "standard error", standardError, g.KID.StandardError, 1e-5)
}

func kidOf(t testing.TB, d *distances, fake, real matrix) (value, standardError float64) {
	t.Helper()
	var sums kidSums
	for _, s := range []struct {
		to     *[]float64
		a, b   matrix
		others bool
	}{
		{&sums.fakes, fake, fake, true}, {&sums.reals, real, real, true}, {&sums.fakeReal, fake, real, false}, {&sums.realFake, real, fake, false},
	} {
		var err error
		*s.to, err = d.kernelSums(context.Background(), s.a, s.b, 1/float64(real.cols), s.others)
		must(t, err)
	}
	return sums.kid()
}

func TestGoldenSlicedWasserstein(t *testing.T) {
	g := openGolden(t)
	d, on := newDistances(t), directions{16, 12, kernels.Key(g.Seed)}
	a, b := uniformRows(g.Seed, 200, 12, 12), shrunkRows(g.Seed, 200, 12, 13)
	near(t, "sliced Wasserstein distance", sliced(t, d, a, b, on), g.SlicedWasserstein.Equal, 1e-5)
	b.values = b.values[:150*12]
	near(t, "sliced Wasserstein distance to fewer", sliced(t, d, a, b, on), g.SlicedWasserstein.Unequal, 1e-5)
}

// sliced is the mean distance over the directions.
func sliced(t testing.TB, d *distances, a, b, on rows) (mean float64) {
	t.Helper()
	x, err := d.project(context.Background(), a, on)
	must(t, err)
	y, err := d.project(context.Background(), b, on)
	must(t, err)
	for k := range x {
		mean += wasserstein(x[k], y[k]) / float64(on.Len())
	}
	return mean
}

func TestGoldenScore(t *testing.T) {
	g := openGolden(t)
	logits := uniformRows(g.Seed, 200, 10, 7)
	for i := range logits.values {
		logits.values[i] *= 4
	}
	near(t, "score", classifierScore(logits), g.Score, 1e-12)
}

func TestGoldenUniform(t *testing.T) {
	for _, want := range openGolden(t).Uniform {
		occurring, divergence := uniform(want.N, want.Modes)
		near(t, "modes", occurring, want.Occurring, 1e-9)
		near(t, "divergence", divergence, want.Divergence, 1e-8)
	}
}

func TestGoldenNearest(t *testing.T) {
	g := openGolden(t)
	got, err := newDistances(t).nearest(context.Background(), uniformRows(g.Seed, 40, 5, 8), uniformRows(g.Seed, 300, 5, 9), 3)
	must(t, err)
	for i, want := range g.Nearest.Index {
		if got.index[i] != want {
			t.Errorf("neighbour %d of row %d is %d, want %d", i%3, i/3, got.index[i], want)
		}
		near(t, "squared distance", float64(got.squared[i]), g.Nearest.Squared[i], 2e-5)
	}
}
