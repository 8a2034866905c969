package export_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"gorgan/kernels"
	"gorgan/model"
	"gorgan/model/export"
)

// convolutions are configs of nets with convolutions.
var convolutions = map[string]func(*model.Config){
	"dcgan": func(c *model.Config) {
		c.Arch, c.NetWidth, c.DisNorm, c.Height, c.Width, c.Channels, c.EMA = model.DCGAN, 3, model.NoNorm, 16, 8, 3, 0.5
	},
	"layers": func(c *model.Config) {
		c.Arch, c.Height, c.Width, c.Classes, c.InitDeviation = model.Layers, 6, 10, 3, 0.3
		c.GenLayers = "dense 3x5x4 batch-norm, up 5 kernel 3 batch-norm leaky-relu, up 2 kernel 2 stride 1 pad 0 tanh, conv 1 kernel 2 pad 0"
		c.DisLayers = "dense 6x10x2, conv 3 kernel 5 stride 2 pad 1, down 2 kernel 3 stride 1, dense 4, dense 1"
	},
	"tanh output": func(c *model.Config) {
		c.Arch, c.Height, c.Width, c.GenOutput = model.Layers, 4, 4, model.TanhOutput
		c.GenLayers, c.DisLayers = "dense 2x2x2, up 1", "dense 4x4x2 tanh, conv 1 kernel 4 pad 0"
	},
	"images at the end": func(c *model.Config) {
		c.Arch, c.Height, c.Width = model.Layers, 4, 4
		c.GenLayers, c.DisLayers = "dense 4x4x2, conv 1", "conv 2 tanh, conv 1 kernel 4 pad 0"
	},
}

// discriminateImages is discriminate for nets with convolutions, by the oracle of the kernel. Each net has the sides of its
// convolutions here.
func discriminateImages(s *model.State, n int, x, labels []float64) []float64 {
	sides := []kernels.Convolution{{Height: 16, Width: 8, Channels: 3, Stride: 2, Pad: 1}, {Height: 8, Width: 4, Channels: 3, Stride: 2, Pad: 1}}
	activation := func(v float64) float64 { return max(v, 0) + float64(float32(s.Config.LeakySlope))*min(v, 0) }
	switch {
	case s.Config.Classes > 0:
		sides = []kernels.Convolution{{}, {Height: 6, Width: 10, Channels: 2, Stride: 2, Pad: 1}, {Height: 2, Width: 4, Channels: 3, Stride: 1, Pad: 1}}
		activation = func(v float64) float64 { return max(v, 0) }
	case s.Config.GenOutput == model.TanhOutput:
		sides = []kernels.Convolution{{}, {Height: 4, Width: 4, Channels: 2, Stride: 1}}
		activation = math.Tanh
		x = slices.Clone(x)
		for i, v := range x {
			x[i] = 2*v - 1
		}
	case s.Config.Arch == model.Layers:
		sides = []kernels.Convolution{{Height: 4, Width: 4, Channels: 1, Stride: 1, Pad: 1}, {Height: 4, Width: 4, Channels: 2, Stride: 1}}
		activation = math.Tanh
	}
	tensor := func(name string) ([]float64, []int) {
		i := slices.IndexFunc(s.Tensors, func(t model.Tensor) bool { return t.Name == "discriminator."+name })
		if i < 0 {
			return nil, nil
		}
		return wide(s.Tensors[i].Values), s.Tensors[i].Shape
	}
	for i := 0; ; i++ {
		w, shape := tensor(fmt.Sprint(i, ".weight"))
		if w == nil {
			return x
		}
		if i > 0 {
			for j, v := range x {
				x[j] = activation(v)
			}
		}
		c := kernels.Convolution{Height: 1, Width: 1, Channels: len(x) / n, KernelHeight: 1, KernelWidth: 1, Stride: 1, Outputs: shape[len(shape)-1]}
		if len(shape) == 4 {
			c = sides[i]
			c.KernelHeight, c.KernelWidth, c.Outputs = shape[0], shape[1], shape[3]
		}
		y := make([]float64, n*c.Out())
		kernels.Named("conv").F64(kernels.Mem[float64]{F: [][]float64{y, x, w}, N: []int{n, c.Height, c.Width, c.Channels, c.OutHeight(), c.OutWidth(), c.Outputs,
			c.KernelHeight, c.KernelWidth, c.Stride, c.Pad}})
		bias, _ := tensor(fmt.Sprint(i, ".bias"))
		class, _ := tensor("class.weight")
		for j := range y {
			y[j] += bias[j%len(bias)]
			if i == 0 && class != nil {
				y[j] += class[int(labels[j/c.Out()])*c.Out()+j%c.Out()]
			}
		}
		x = y
	}
}

// TestFilters: the weights of convolutions for PyTorch are those for NumPy in another order.
func TestFilters(t *testing.T) {
	for name, change := range convolutions {
		_, s := trained(t, change)
		for _, net := range []string{export.Generator, export.Discriminator} {
			file, err := safetensors.Deserialize(exported(t, s, net, false, (*export.Net).WriteTorch))
			must(t, err)
			npz, seen := arraysOf(t, exported(t, s, net, false, (*export.Net).WriteNpz)), 0
			for i := range len(npz) / 2 {
				plain := npz[fmt.Sprint(i, ".weight.npy")]
				w, _ := file.Tensor(fmt.Sprint(2*i, ".weight"))
				b, _ := file.Tensor(fmt.Sprint(2*i, ".bias"))
				if !slices.Equal(npz[fmt.Sprint(i, ".bias.npy")].values, floats(b.Data())) {
					t.Errorf("%s, %s: the biases of layer %d differ", name, net, i)
				}
				perm := []int{1, 0}
				if len(plain.dims) == 4 {
					perm = []int{3, 2, 0, 1}
					seen++
				}
				var dims []int
				for _, d := range w.Shape() {
					dims = append(dims, int(d))
				}
				if got := (array{dims, floats(w.Data())}); !reflect.DeepEqual(got, permute(plain, perm)) {
					t.Errorf("%s, %s: layer %d has weights %v, want those of %v in another order", name, net, i, dims, plain.dims)
				}
			}
			if seen == 0 {
				t.Errorf("%s: the %s has no convolution", name, net)
			}
		}
	}
}

// TestRefused: what other programs cannot be given is told.
func TestRefused(t *testing.T) {
	_, s := trained(t, func(c *model.Config) { convolutions["dcgan"](c); c.DisNorm = model.BatchNorm })
	_, err := export.New(s, export.Discriminator, false, "v1")
	if want := "the discriminator normalises batches, so its output for an image depends on the others"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
	if _, err := export.New(s, export.Generator, false, "v1"); err != nil {
		t.Error(err)
	}
	_, s = trained(t, func(c *model.Config) { convolutions["dcgan"](c); c.GenOutput = model.TanhOutput })
	_, err = export.New(s, export.Discriminator, false, "v1")
	if want := "the discriminator begins with a convolution of images in [-1,1]"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
	for name, gen := range map[string]string{
		"upsample": "dense 3x2x2, upsample, conv 1", "residual": "dense 6x4x2, residual (conv 2), conv 1", "conv": "dense 6x4x2, conv 2 groups 2, conv 1",
	} {
		_, s := trained(t, func(c *model.Config) {
			c.Arch, c.Height, c.Width, c.GenLayers, c.DisLayers = model.Layers, 6, 4, gen, "dense 1"
		})
		_, err := export.New(s, export.Generator, false, "v1")
		if want := "the generator has a layer of the kind " + name + ", which cannot be given to other programs yet"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", gen, err, want)
		}
	}
}
