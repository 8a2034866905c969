package optim_test

import (
	"math"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/model/nn"
	"gorgan/model/optim"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestOptimizers holds the weights after four steps of two updates against the papers'
// formulas in float64, under rates that change from step to step.
func TestOptimizers(t *testing.T) {
	const steps, perStep = 4, 2
	type formula func(step, update float64, g float64, moments []float64) (change float64)
	decayed := func(step float64) float64 { return max(0.1*math.Pow(0.5, step-1), 0.02) }
	for name, c := range map[string]struct {
		open    func(dev kernels.Device, w *nn.Weights, stepCount *tensor.Dense) (optim.Optimizer, error)
		moments []float64 // before the first step
		formula formula
	}{
		"adam": {
			func(dev kernels.Device, w *nn.Weights, stepCount *tensor.Dense) (optim.Optimizer, error) {
				rate, err := optim.Ramp(dev, stepCount, 0.1, 0, steps)
				must(t, err)
				return optim.NewAdam(dev, w, rate, stepCount, perStep, optim.AdamConstants{Beta1: 0.8, Beta2: 0.99, Epsilon: 1e-3})
			}, []float64{0, 0},
			func(step, update, g float64, m []float64) float64 {
				m[0], m[1] = 0.8*m[0]+0.2*g, 0.99*m[1]+0.01*g*g
				rate := 0.1 * (1 - (step-1)/steps) * math.Sqrt(1-math.Pow(0.99, update)) / (1 - math.Pow(0.8, update))
				return rate * m[0] / (math.Sqrt(m[1]) + 1e-3)
			},
		},
		"adagrad": {
			func(dev kernels.Device, w *nn.Weights, stepCount *tensor.Dense) (optim.Optimizer, error) {
				rate, err := optim.Decay(dev, stepCount, 0.1, 0.5, 0.02)
				must(t, err)
				return optim.NewAdagrad(dev, w, rate)
			}, []float64{0.1},
			func(step, _, g float64, m []float64) float64 {
				m[0] += g * g
				return decayed(step) * g / math.Sqrt(m[0])
			},
		},
		"sgd": {
			func(dev kernels.Device, w *nn.Weights, stepCount *tensor.Dense) (optim.Optimizer, error) {
				rate, err := optim.Constant(dev, 0.1)
				must(t, err)
				momentum, err := optim.Decay(dev, stepCount, 0.1, 0.5, 0.02)
				must(t, err)
				return optim.NewSGD(dev, w, rate, momentum)
			}, []float64{0},
			func(step, _, g float64, m []float64) float64 {
				m[0] = decayed(step)*m[0] + g
				return 0.1 * m[0]
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dev := cpu.New(1)
			defer dev.Close()
			w, err := (&nn.Net{Name: "net", Layers: []nn.Layer{nn.Dense{In: 3, Units: 2, Activation: nn.Linear()}}}).New(dev)
			must(t, err)
			stepCount, err := dev.New(tensor.Uint32, 1)
			must(t, err)
			o, err := c.open(dev, w, stepCount)
			must(t, err)
			gradients := []float32{1, -0.5, 0.25, 0, 2, -3}
			must(t, dev.Upload(w.Tensors[0].Grad, gradients))
			for range steps {
				must(t, kernels.Tick(dev, stepCount))
				for nth := range perStep {
					must(t, o.Update(dev, nth))
				}
			}
			got := make([]float32, w.Size())
			must(t, dev.Download(got, w.Values))
			for i, v := range got {
				g, want := 0.0, 0.0
				if i < len(gradients) {
					g = float64(gradients[i])
				}
				m := append([]float64{}, c.moments...)
				for k := range steps * perStep {
					want -= c.formula(float64(k/perStep+1), float64(k+1), g, m)
				}
				if math.Abs(float64(v)-want) > 1e-5*math.Abs(want) {
					t.Errorf("value %d is %v, want %v", i, v, want)
				}
			}
			if len(o.Moments()) != len(c.moments) {
				t.Fatalf("%d moments, want %d", len(o.Moments()), len(c.moments))
			}
			for i, m := range o.Moments() {
				if m.Shape().TotalSize() != w.Size() {
					t.Errorf("moment %d has %d elements, want %d", i, m.Shape().TotalSize(), w.Size())
				}
			}
		})
	}
}
