package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// unfused is what BCELogits computes, in the four passes it replaces.
func unfused(t *testing.T, dev kernels.Device, logits []float32, target, weight float32) (stats, dlogits []float32) {
	t.Helper()
	n := len(logits)
	x, p, dp, dx, s := zeros(t, dev, n), zeros(t, dev, n), zeros(t, dev, n), zeros(t, dev, n), zeros(t, dev, 2)
	stats, dlogits = make([]float32, 2), make([]float32, n)
	for _, err := range []error{
		dev.Upload(x, logits),
		kernels.Sigmoid(dev, p, x),
		kernels.LogLoss(dev, s, p, target, weight),
		kernels.LogLossGrad(dev, dp, p, target, weight),
		kernels.SigmoidBack(dev, dx, dp, p),
		dev.Download(stats, s),
		dev.Download(dlogits, dx),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return stats, dlogits
}

func fused(t *testing.T, dev kernels.Device, logits []float32, target, weight float32) (stats, dlogits []float32) {
	t.Helper()
	n := len(logits)
	x, dx, s := zeros(t, dev, n), zeros(t, dev, n), zeros(t, dev, 2)
	stats, dlogits = make([]float32, 2), make([]float32, n)
	for _, err := range []error{
		dev.Upload(x, logits),
		kernels.BCELogits(dev, s, dx, x, target, weight),
		dev.Download(stats, s),
		dev.Download(dlogits, dx),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return stats, dlogits
}

func zeros(t *testing.T, dev kernels.Device, n int) *tensor.Dense {
	t.Helper()
	d, err := dev.New(tensor.Float32, n)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestUnfused: the four passes agree with the fused kernel on moderate logits.
func TestUnfused(t *testing.T) {
	dev := newDevice(t, 2)
	r := rand.New(rand.NewPCG(1, 0))
	logits := make([]float32, 257)
	for i := range logits {
		logits[i] = float32(8 * (r.Float64() - 0.5))
	}
	for _, s := range [][2]float32{{1, 1}, {0, 1}, {0.9, 1}, {0, -1}} {
		stats, dlogits := unfused(t, dev, logits, s[0], s[1])
		wantStats, want := fused(t, dev, logits, s[0], s[1])
		for i, v := range stats {
			if off := math.Abs(float64(v - wantStats[i])); !(off < 1e-6) {
				t.Errorf("%v: stats[%d] = %g, fused %g", s, i, v, wantStats[i])
			}
		}
		for i, v := range dlogits {
			if off := math.Abs(float64(v - want[i])); !(off < 1e-5/float64(len(logits))) {
				t.Errorf("%v: dlogits[%d] = %g, fused %g", s, i, v, want[i])
			}
		}
	}
}

// TestUnfusedOverflows where the fused kernel does not.
func TestUnfusedOverflows(t *testing.T) {
	dev := newDevice(t, 1)
	logits := []float32{40}
	if stats, _ := unfused(t, dev, logits, 0, 1); !math.IsInf(float64(stats[0]), 1) {
		t.Errorf("the loss of logit 40 and target 0 is %g, want +Inf", stats[0])
	}
	if stats, dlogits := fused(t, dev, logits, 0, 1); stats[0] != 40 || dlogits[0] != 1 {
		t.Errorf("the fused loss is %g, its gradient %g, want 40 and 1", stats[0], dlogits[0])
	}
}
