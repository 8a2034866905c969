package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/streams"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// net has every kind of layer with parameters.
var net = nn.Net{Name: "net", Layers: []nn.Layer{
	nn.Conditioned{Dense: nn.Dense{Number: 0, In: 3, Units: 4, Activation: nn.ReLU(0.2)}, Classes: 2, Pack: 1},
	nn.Dropout{Number: 1, Rate: 0.5},
	nn.Dense{Number: 1, In: 4, Units: 5, Activation: nn.Maxout(3)},
	nn.Dense{Number: 2, In: 5, Units: 2, Activation: nn.Tanh()},
}}

// TestLayout: the tensors lie in the order of the layers, the labels' weights last, each at
// the beginning of a chunk.
func TestLayout(t *testing.T) {
	all, size := net.Layout()
	var got []string
	for i, p := range all {
		got = append(got, fmt.Sprint(p.Name, p.Shape))
		if p.Offset != i*kernels.Chunk {
			t.Errorf("%s begins at %d, want %d", p.Name, p.Offset, i*kernels.Chunk)
		}
	}
	want := []string{"net.0.weight[3 4]", "net.0.bias[4]", "net.1.weight[4 15]", "net.1.bias[15]",
		"net.2.weight[5 2]", "net.2.bias[2]", "net.class.weight[2 4]"}
	if !slices.Equal(got, want) {
		t.Errorf("tensors are %v, want %v", got, want)
	}
	if size != len(all)*kernels.Chunk || net.Size() != size {
		t.Errorf("the size is %d, want %d", size, len(all)*kernels.Chunk)
	}
	if net.In() != 3 || net.Out() != 2 {
		t.Errorf("the net has %d inputs and %d outputs, want 3 and 2", net.In(), net.Out())
	}
}

// TestInitialize: weight i comes from stream i behind the first, the labels' weights from
// stream 255; biases are 0.
func TestInitialize(t *testing.T) {
	dev := cpu.New(1)
	defer dev.Close()
	w, err := net.New(dev)
	must(t, err)
	for _, scale := range []float64{0, 0.05} {
		must(t, w.Initialize(12, 256, scale))
		for i, stream := range []int{0, -1, 1, -1, 2, -1, 255} {
			p := w.Tensors[i]
			got, want := p.Value.Float32s(), make([]float32, p.Value.Shape().TotalSize())
			switch at := streams.Weights + 256 + kernels.Stream(stream); {
			case stream < 0:
			case scale > 0:
				kernels.Uniform(want, kernels.Key(12), at, 0)
				for j := range want {
					want[j] *= float32(scale)
				}
			default:
				kernels.Normal(want, 1/math.Sqrt(float64([]int{3, 0, 4, 0, 5, 0, 3}[i])/2), kernels.Key(12), at)
			}
			if !slices.Equal(got, want) {
				t.Errorf("scale %g: %s is %v, want %v", scale, p.Name, got, want)
			}
		}
	}
	if got := w.OutputBias(); got != w.Tensors[5].Value {
		t.Errorf("the output bias has shape %v, want that of net.2.bias", got.Shape())
	}
}

// TestDense holds one layer with every activation against a plain formula.
func TestDense(t *testing.T) {
	for _, c := range []struct {
		act   nn.Activation
		apply func(v []float64) float64 // of a unit's pieces
	}{
		{nn.Linear(), func(v []float64) float64 { return v[0] }},
		{nn.Tanh(), func(v []float64) float64 { return math.Tanh(v[0]) }},
		{nn.Sigmoid(), func(v []float64) float64 { return 1 / (1 + math.Exp(-v[0])) }},
		{nn.ReLU(0), func(v []float64) float64 { return max(v[0], 0) }},
		{nn.ReLU(0.25), func(v []float64) float64 { return max(v[0], 0) + 0.25*min(v[0], 0) }},
		{nn.Maxout(3), func(v []float64) float64 { return slices.Max(v) }},
	} {
		dev := kerneltest.NewFloat64()
		n := nn.Net{Name: "n", Layers: []nn.Layer{nn.Conditioned{
			Dense: nn.Dense{Number: 0, In: 3, Units: 2, Activation: c.act}, Classes: 2, Pack: 1}}}
		w, err := n.New(dev)
		must(t, err)
		must(t, w.Initialize(5, 0, 0))
		bias := w.Tensors[1].Value
		must(t, dev.Upload64(bias, []float64{.3, -.2, .1, .5, .7, -.9}[:bias.Shape().TotalSize()]))
		x, _ := dev.New(tensor.Float32, 2, 3)
		labels, _ := dev.New(tensor.Uint32, 2)
		in := []float64{1, -2, .5, -.3, .8, 2}
		must(t, dev.Upload64(x, in))
		must(t, dev.Upload(labels, []uint32{1, 0}))
		var y *graph.Value
		g, err := graph.Build(func(b *graph.Builder) {
			y = b.Keep(w.Apply(&nn.Pass{Builder: b, Labels: b.Leaf("labels", labels)}, b.Leaf("x", x)))
		})
		must(t, err)
		p, err := g.Compile(dev)
		must(t, err)
		must(t, p.Run())
		at, err := p.Tensor(y)
		must(t, err)
		weight, offset, table := dev.Download64(w.Tensors[0].Value), dev.Download64(bias), dev.Download64(w.Tensors[2].Value)
		cols := len(offset)
		for i, got := range dev.Download64(at) {
			row, unit := i/2, i%2
			var v []float64
			for j := unit * c.act.Pieces; j < (unit+1)*c.act.Pieces; j++ {
				sum := offset[j] + table[(1-row)*cols+j]
				for k := range 3 {
					sum += in[3*row+k] * weight[k*cols+j]
				}
				v = append(v, sum)
			}
			if want := c.apply(v); math.Abs(got-want) > 1e-7 {
				t.Errorf("%s: y[%d] is %.9g, want %.9g", c.act.Name, i, got, want)
			}
		}
	}
}
