package nn_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// TestGradient holds the gradient of a loss and of a penalty on the gradient at the input
// against central differences, for nets of every kind of layer.
func TestGradient(t *testing.T) {
	wide := kernels.Convolution{Height: 3, Width: 2, Channels: 2, Outputs: 2, KernelHeight: 2, KernelWidth: 3, Stride: 1, Pad: 1}
	taller := wide
	taller.Height = wide.OutHeight()
	strided := kernels.Convolution{Height: 4, Width: 2, Channels: 3, Outputs: 2, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1}
	for _, c := range []struct {
		name      string
		in        int
		penalised bool
		layers    []nn.Layer
	}{
		{"dense", 4, true, []nn.Layer{
			nn.Dropout{Number: 0, Rate: 0.2},
			nn.Conditioned{Dense: nn.Dense{Number: 0, In: 4, Units: 6, Activation: nn.ReLU(0.2)}, Classes: 3, Pack: 1},
			nn.Dropout{Number: 1, Rate: 0.4},
			nn.Dense{Number: 1, In: 6, Units: 4, Activation: nn.Maxout(3)},
			nn.Dense{Number: 2, In: 4, Units: 1, Activation: nn.Linear()},
		}},
		{"label's logit", 4, true, []nn.Layer{
			nn.Dense{Number: 0, In: 4, Units: 6, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 1, In: 6, Units: 3, Activation: nn.Linear()},
			nn.LabelLogit{Number: 1, Classes: 3},
		}},
		{"projection", 4, true, []nn.Layer{
			nn.Dense{Number: 0, In: 4, Units: 6, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 1, In: 6, Units: 4, Activation: nn.Linear()},
			nn.LabelLogit{Number: 1, Classes: 3, Projection: true},
		}},
		{"conv", 12, true, []nn.Layer{
			nn.Conv{Number: 0, Convolution: wide, Activation: nn.ReLU(0.2)},
			nn.Conv{Number: 1, Convolution: taller, Activation: nn.NoActivation()},
			nn.Dense{Number: 2, In: taller.Out(), Units: 1, Activation: nn.Linear()},
		}},
		{"up-conv", strided.Out(), true, []nn.Layer{
			nn.Conv{Number: 0, Convolution: strided, Transposed: true, Activation: nn.ReLU(0.2)},
			nn.Conv{Number: 1, Convolution: strided, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 2, In: strided.Out(), Units: 1, Activation: nn.Linear()},
		}},
		{"spectral norm", 4, true, []nn.Layer{
			nn.Conditioned{Dense: nn.Dense{Number: 0, In: 4, Units: 6, Activation: nn.Maxout(2), Spectral: true}, Classes: 3, Pack: 1},
			nn.Dense{Number: 1, In: 6, Units: 5, Activation: nn.ReLU(0.2), Spectral: true},
			nn.Dense{Number: 2, In: 5, Units: 1, Activation: nn.Linear(), Spectral: true},
		}},
		{"spectral norm of convolutions", strided.Out(), true, []nn.Layer{
			nn.Conv{Number: 0, Convolution: strided, Transposed: true, Activation: nn.ReLU(0.2), Spectral: true},
			nn.Conv{Number: 1, Convolution: strided, Activation: nn.ReLU(0.2), Spectral: true},
			nn.Dense{Number: 2, In: strided.Out(), Units: 1, Activation: nn.Linear(), Spectral: true},
		}},
		{"minibatch stddev", 8, true, []nn.Layer{
			nn.Conv{Number: 0, Convolution: same(4, 3, 3, 1), Activation: nn.ReLU(0.2)},
			nn.MinibatchStddev{Number: 0, Height: 1, Width: 2, Channels: 3, Group: 3},
			nn.Conv{Number: 1, Convolution: same(4, 2, 3, 1), Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 2, In: 4, Units: 1, Activation: nn.Linear()},
		}},
		{"curved", 4, true, []nn.Layer{
			nn.Dense{Number: 0, In: 4, Units: 5, Activation: nn.Tanh()},
			nn.Dense{Number: 1, In: 5, Units: 3, Activation: nn.Sigmoid()},
			nn.Dense{Number: 2, In: 3, Units: 1, Activation: nn.Linear()},
		}},
		{"groups", 8, true, []nn.Layer{
			nn.Conv{Number: 0, Convolution: kernels.Convolution{Height: 1, Width: 2, Channels: 4, Outputs: 6, KernelHeight: 3, KernelWidth: 3, Stride: 1, Pad: 1, Groups: 2}, Activation: nn.ReLU(0.2)},
			nn.Conv{Number: 1, Convolution: kernels.Convolution{Height: 2, Width: 4, Channels: 3, Outputs: 6, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1, Groups: 3}, Transposed: true, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 2, In: 24, Units: 1, Activation: nn.Linear()},
		}},
		{"resample", 8, true, []nn.Layer{
			nn.Resample{Number: 0, Height: 1, Width: 2, Channels: 4, Bilinear: true},
			nn.Resample{Number: 0, Height: 2, Width: 4, Channels: 4},
			nn.Resample{Number: 0, Height: 4, Width: 8, Channels: 4, Bilinear: true, Down: true},
			nn.Conv{Number: 0, Convolution: kernels.Convolution{Height: 2, Width: 4, Channels: 4, Outputs: 2, KernelHeight: 1, KernelWidth: 1, Stride: 1}, Activation: nn.ReLU(0.2)},
			nn.Resample{Number: 1, Height: 2, Width: 4, Channels: 2, Down: true},
			nn.Dense{Number: 1, In: 4, Units: 1, Activation: nn.Linear()},
		}},
		{"residual", 8, true, []nn.Layer{
			nn.Residual{
				Layers: []nn.Layer{
					nn.Bias{Number: 0, Values: 8, Channels: 4, Activation: nn.ReLU(0.2)},
					nn.Conv{Number: 0, Convolution: same(4, 3, 3, 1), Activation: nn.ReLU(0.2)},
					nn.Dropout{Number: 1, Rate: 0.3},
					nn.Conv{Number: 1, Convolution: same(3, 2, 3, 1), Activation: nn.NoActivation()},
				},
				Skip: []nn.Layer{nn.Conv{Number: 2, Convolution: same(4, 2, 1, 0), Activation: nn.NoActivation()}},
			},
			nn.Residual{Layers: []nn.Layer{nn.Residual{Layers: []nn.Layer{nn.Conv{Number: 3, Convolution: same(2, 2, 3, 1), Activation: nn.ReLU(0.2)}}}}},
			nn.Bias{Number: 4, Values: 4, Channels: 2, Activation: nn.ReLU(0.2)},
			nn.Dense{Number: 5, In: 4, Units: 1, Activation: nn.Linear()},
		}},
		{"residual with batch norm", 8, false, []nn.Layer{
			nn.Residual{
				Layers: []nn.Layer{
					nn.BatchNorm{Number: 0, Values: 8, Channels: 4, Activation: nn.ReLU(0.2), Averages: true},
					nn.Conv{Number: 1, Convolution: same(4, 2, 3, 1), Activation: nn.NoActivation()},
					nn.Resample{Number: 1, Height: 1, Width: 2, Channels: 2},
				},
				Skip: []nn.Layer{
					nn.Conv{Number: 2, Convolution: same(4, 2, 1, 0), Activation: nn.NoActivation()},
					nn.Resample{Number: 2, Height: 1, Width: 2, Channels: 2, Bilinear: true},
				},
			},
			nn.Dense{Number: 3, In: 16, Units: 1, Activation: nn.Linear()},
		}},
		{"batch norm", strided.In(), false, []nn.Layer{
			nn.Conv{Number: 0, Convolution: strided, Activation: nn.NoActivation()},
			nn.BatchNorm{Number: 0, Values: strided.Out(), Channels: 2, Activation: nn.ReLU(0.2), Averages: true},
			nn.Dense{Number: 1, In: strided.Out(), Units: 3, Activation: nn.NoActivation()},
			nn.BatchNorm{Number: 1, Values: 3, Channels: 3, Activation: nn.Linear()},
			nn.Dense{Number: 2, In: 3, Units: 1, Activation: nn.Linear()},
		}},
	} {
		t.Run(c.name, func(t *testing.T) { checkGradient(t, &nn.Net{Name: "d", Layers: c.layers}, c.in, c.penalised) })
	}
}

// same is a convolution of images of 1x2 that keeps their size.
func same(channels, outputs, kernel, pad int) kernels.Convolution {
	return kernels.Convolution{Height: 1, Width: 2, Channels: channels, Outputs: outputs, KernelHeight: kernel, KernelWidth: kernel, Stride: 1, Pad: pad}
}

// checkGradient checks the gradient of a net from in values to a logit at every parameter.
func checkGradient(t *testing.T, net *nn.Net, in int, penalised bool) {
	const rows = 6
	l := newLab(t)
	w := l.weights(net, 9)
	r := rand.New(rand.NewPCG(4, 4))
	values := make([]float64, rows*in)
	for i := range values {
		values[i] = r.NormFloat64()
	}
	x := l.floats(values, rows, in)
	labels, key, step := l.words(2, 0, 1, 1, 2, 0), l.words(5, 6), l.words(1)
	pass := func(b *graph.Builder) (p *nn.Pass, in *graph.Value) {
		return &nn.Pass{Builder: b, Labels: b.Leaf("labels", labels), BatchRows: rows / 2,
			Random: graph.Random{Key: b.Leaf("key", key), Step: b.Leaf("step", step)}}, b.Leaf("x", x)
	}
	if strings.Contains(t.Name(), "spectral") { // singular vectors are no constants until they have converged
		l.converge(w, 200, pass)
	}
	seeds := func(b *graph.Builder) []graph.Seed {
		p, in := pass(b)
		logits := w.Apply(p, in)
		all := []graph.Seed{{Of: b.BCELogits(logits, 1, 1)}}
		if penalised {
			slope := b.Grad([]graph.Seed{{Of: logits, D: b.Ones(rows, 1)}}, in)[0]
			all = append(all, graph.Seed{Of: b.Penalty(slope, 0.7, 1)})
		}
		return all
	}
	total := func() (sum float64) {
		n := 1
		if penalised {
			n = 2
		}
		for i := range n {
			sum += l.run(func(b *graph.Builder) *graph.Value { return seeds(b)[i].Of })[0]
		}
		return sum
	}
	g, err := graph.Build(func(b *graph.Builder) { w.StoreGrad(b, seeds(b)) })
	must(t, err)
	p, err := g.Compile(l.dev)
	must(t, err)
	must(t, p.Run())
	for _, p := range w.Tensors {
		got := l.dev.Download64(p.Grad)
		values := l.dev.Download64(p.Value)
		for j := range values {
			const h = 1e-6
			var at [2]float64
			for k, sign := range []float64{1, -1} {
				moved := append([]float64(nil), values...)
				moved[j] += sign * h
				must(t, l.dev.Upload64(p.Value, moved))
				at[k] = total()
			}
			must(t, l.dev.Upload64(p.Value, values))
			if want := (at[0] - at[1]) / (2 * h); math.Abs(got[j]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: gradient %d is %.9g, differences say %.9g", p.Name, j, got[j], want)
			}
		}
	}
}
