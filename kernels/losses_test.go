package kernels_test

import (
	"math"
	"slices"
	"testing"

	"gorgan/kernels"
)

// TestPairingIsCrossEntropy: the relativistic loss of a and b is the cross-entropy of
// the logits a-b with target 1.
func TestPairingIsCrossEntropy(t *testing.T) {
	const n = 41
	d := newDrawing(t, 1)
	at := func(i int) float32 { return float32(i-n/2) * 0.5 }
	of := func(i int) float32 { return float32(i*i%7) * 0.25 }
	stats, da, db := d.filled(constant(0), 2), d.filled(constant(0), n), d.filled(constant(0), n)
	bStats, dlogits := d.filled(constant(0), 2), d.filled(constant(0), n)
	logits := d.filled(func(i int) float32 { return at(i) - of(i) }, n)
	if err := kernels.BCELogits(d, bStats, dlogits, logits, 1, 1); err != nil {
		t.Fatal(err)
	}
	gotStats := d.after(kernels.Pairing(d, stats, da, db, d.filled(at, n), d.filled(of, n)), stats)
	for i, want := range d.after(nil, bStats) {
		if off := math.Abs(float64(gotStats[i] - want)); off > 1e-6 {
			t.Errorf("stats[%d] = %g, the cross-entropy's %g", i, gotStats[i], want)
		}
	}
	gotA, gotB := d.after(nil, da), d.after(nil, db)
	for i, want := range d.after(nil, dlogits) {
		if off := math.Abs(float64(gotA[i] - want)); off > 1e-8 || gotB[i] != -gotA[i] {
			t.Errorf("da[%d] = %g, db[%d] = %g, the cross-entropy's gradient %g", i, gotA[i], i, gotB[i], want)
		}
	}
}

// TestSoftmaxOfTwo: of two classes, the cross-entropy of the softmax is the binary one of the difference of the logits.
func TestSoftmaxOfTwo(t *testing.T) {
	const n = 41
	d := newDrawing(t, 1)
	at := func(i int) float32 { return float32(i-n) * 0.5 }
	stats, dlogits := d.filled(constant(0), 2), d.filled(constant(0), n, 2)
	bStats, bLogits := d.filled(constant(0), 2), d.filled(constant(0), n)
	first := func(i int) float32 { return float32(1 - i%2) }
	logits := d.filled(func(i int) float32 { return at(2*i) - at(2*i+1) + float32(i) }, n)
	if err := kernels.BCELogits(d, bStats, bLogits, logits, 1, 0.7); err != nil {
		t.Fatal(err)
	}
	pairs := d.filled(func(i int) float32 { return at(i) + float32((i+1)%2*(i/2)) }, n, 2)
	got := d.after(kernels.SoftmaxLogits(d, stats, dlogits, pairs, d.filled(first, n, 2), 0.7), stats)
	if want := d.after(nil, bStats)[0]; math.Abs(float64(got[0]-want)) > 1e-6 {
		t.Errorf("the loss is %g, the binary cross-entropy %g", got[0], want)
	}
	if want := float32(40) / n; got[1] != want { // of the first the second logit is larger, by 1/2
		t.Errorf("the share is %g, want %g", got[1], want)
	}
	slopes := d.after(nil, dlogits)
	for i, want := range d.after(nil, bLogits) {
		if off := math.Abs(float64(slopes[2*i] - want)); off > 1e-8 || math.Abs(float64(slopes[2*i]+slopes[2*i+1])) > 1e-8 {
			t.Errorf("dlogits of row %d are %g, the binary cross-entropy's %g", i, slopes[2*i:2*i+2], want)
		}
	}
}

// TestHingeAtItsCorner: a logit at the corner of the hinge, or far beyond it, has gradient 0.
func TestHingeAtItsCorner(t *testing.T) {
	d := newDrawing(t, 1)
	logits := []float32{1, math.Nextafter32(1, 0), -1, 3, float32(math.Inf(1))}
	x := d.filled(func(i int) float32 { return logits[i] }, len(logits))
	stats, dlogits := d.filled(constant(0), 2), d.filled(constant(0), len(logits))
	got := d.after(kernels.Hinge(d, stats, dlogits, x, 1), dlogits)
	if want := []float32{0, -0.2, -0.2, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("the gradient is %v, want %v", got, want)
	}
	if loss := d.after(nil, stats)[0]; loss != (2+1.0/(1<<24))/5 {
		t.Errorf("the loss is %g, want 0.4", loss)
	}
}

// TestPenaltyOfFlatRow: a row of zeros has gradient 0, and its distance from the centre still
// counts in the loss.
func TestPenaltyOfFlatRow(t *testing.T) {
	d := newDrawing(t, 1)
	values := []float32{3, 4, 0, 0, 0, 1}
	g := d.filled(func(i int) float32 { return values[i] }, 3, 2)
	grad, norm, stats := d.filled(constant(7), 3, 2), d.filled(constant(7), 3), d.filled(constant(7), 2)
	for _, c := range []struct {
		centre      float32
		t, of, loss []float32
	}{
		{1, []float32{2.4, 3.2, 0, 0, 0, 0}, []float32{5, 0, 1}, []float32{8.5, 2}},
		{0, []float32{3, 4, 0, 0, 0, 1}, []float32{5, 0, 1}, []float32{13, 2}},
	} {
		got := d.after(kernels.RowPenalty(d, grad, norm, g, 1.5, c.centre), grad)
		if of := d.after(nil, norm); !slices.Equal(got, c.t) || !slices.Equal(of, c.of) {
			t.Errorf("centre %g: t %v and norms %v, want %v and %v", c.centre, got, of, c.t, c.of)
		}
		if loss := d.after(kernels.RowLoss(d, stats, norm, 1.5, c.centre), stats); !slices.Equal(loss, c.loss) {
			t.Errorf("centre %g: stats %v, want %v", c.centre, loss, c.loss)
		}
	}
}
