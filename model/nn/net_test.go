package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/model/nn"
	"gorgan/model/streams"
)

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
