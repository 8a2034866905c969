package evaluate

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"gorgan/model/streams"
)

// TestKIDOfHalves: the two halves of normal rows are at a distance of 0 up to the standard error. The
// estimate is unbiased, and the standard error is how much it varies.
func TestKIDOfHalves(t *testing.T) {
	d := newDistances(t)
	const draws, n = 60, 50
	var values, errors []float64
	for seed := range uint64(draws) {
		x := normalRows(seed, 2*n, 6, streams.Samples+1)
		value, standardError := kidOf(t, d, matrix{x.values[:n*6], 6}, matrix{x.values[n*6:], 6})
		if math.Abs(value) > 6*standardError {
			t.Errorf("seed %d: %v ± %v, want 0", seed, value, standardError)
		}
		values, errors = append(values, value), append(errors, standardError)
	}
	mean, spread := stat.MeanStdDev(values, nil)
	if math.Abs(mean) > 3*spread/math.Sqrt(draws) {
		t.Errorf("the mean of %d is %v, and their standard deviation %v: want a mean of 0", draws, mean, spread)
	}
	if of := stat.Mean(errors, nil); of < 0.7*spread || of > 1.5*spread {
		t.Errorf("standard errors are %v on average, want about %v", of, spread)
	}
}

// TestKIDOfShifted: the further apart two sets are, the larger is the distance, and it is the same
// both ways.
func TestKIDOfShifted(t *testing.T) {
	d := newDistances(t)
	x, y := normalRows(1, 80, 6, streams.Samples+1), normalRows(2, 70, 6, streams.Samples+1)
	last := math.Inf(-1)
	for _, shift := range []float32{0, 0.5, 1, 2, 4} {
		moved := newMatrix(y.Len(), y.cols)
		for i, v := range y.values {
			moved.values[i] = v + shift
		}
		value, standardError := kidOf(t, d, x, moved)
		if value < last+2*standardError && shift > 0 {
			t.Errorf("shifted by %v: %v ± %v, and %v for less", shift, value, standardError, last)
		}
		back, backError := kidOf(t, d, moved, x)
		near(t, "the other way", back, value, 1e-6)
		near(t, "its standard error", backError, standardError, 1e-6)
		last = value
	}
}

// TestKIDMeasured: the features are divided by their root mean square over the test images.
func TestKIDMeasured(t *testing.T) {
	e := toyEvaluator(t, Options{Metrics: []string{"kid"}})
	samples := blend(t, 100)
	r, err := e.Run(context.Background(), samples, nil)
	must(t, err)
	fake, err := e.outputs(context.Background(), &imageSet{images: matrix{samples.Values, toySize.Area()}})
	must(t, err)
	real := e.test.outputs.features
	var square float64
	for _, v := range real.values {
		square += float64(v) * float64(v) / float64(len(real.values))
	}
	var scaled [2]matrix
	for k, m := range []matrix{fake.features, real} {
		scaled[k] = newMatrix(m.Len(), m.cols)
		for i, v := range m.values {
			scaled[k].values[i] = float32(float64(v) / math.Sqrt(square))
		}
	}
	value, standardError := kidOf(t, &e.distances, scaled[0], scaled[1])
	f, _ := r.Figure("kid")
	near(t, "KID", f.Value, value, 1e-4)
	near(t, "its standard error", f.Spread, standardError, 1e-4)
	if got := kernelScale(newMatrix(3, 2)); got != 0 {
		t.Errorf("the scale of features of 0 is %v", got)
	}
}
