package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// layer is an activation whose gradient kernel is held against differences of its
// forward oracle.
type layer struct {
	forward, backward string
	scalars           []float32
}

var layers = []layer{
	{"bias_relu", "relu_grad", []float32{0}},
	{"bias_relu", "relu_grad", []float32{0.2}},
	{"bias_sigmoid", "sigmoid_grad", nil},
}

func byName(name string) *kernels.Kernel {
	all := kernels.All()
	return all[slices.IndexFunc(all, func(k *kernels.Kernel) bool { return k.Name == name })]
}

// checkLayer takes L = sum of d·act(x+bias) and compares dL/dx and dL/dbias, from
// the device, with central differences of the oracle.
func checkLayer(dev kernels.Device, l layer) error {
	const rows, cols, h = 7, 5, 1e-5
	r := rand.New(rand.NewPCG(3, 0))
	x, bias, d := normals(r, rows*cols), normals(r, cols), normals(r, rows*cols)
	f := byName(l.forward)
	forward := func(x, bias []float64) []float64 {
		m := kernels.Mem[float64]{F: [][]float64{slices.Clone(x), bias}, N: []int{rows, cols}}
		for _, s := range l.scalars {
			m.S = append(m.S, float64(s))
		}
		f.F64(m)
		return m.F[0]
	}
	objective := func(x, bias []float64) (sum float64) {
		for i, y := range forward(x, bias) {
			sum += d[i] * y
		}
		return sum
	}
	got, err := launch(dev, byName(l.backward), l.scalars, []int{rows, cols}, single(d), make([]float32, cols), single(forward(x, bias)))
	if err != nil {
		return err
	}
	for i := range x {
		if err := near("d", i, got[0][i], difference(x, i, h, func() float64 { return objective(x, bias) })); err != nil {
			return err
		}
	}
	for j := range bias {
		if err := near("dbias", j, got[1][j], difference(bias, j, h, func() float64 { return objective(x, bias) })); err != nil {
			return err
		}
	}
	return nil
}

// passes are the layers without a bias and the losses, of one size n; a loss is the
// first of its kernel's stats, and bce_logits gives its own gradient.
func passes() []layer {
	all := []layer{{"sigmoid", "sigmoid_back", nil}}
	for _, s := range table["bce_logits"].scalars {
		all = append(all, layer{"bce_logits", "bce_logits", s}, layer{"log_loss", "log_loss_grad", s})
	}
	return all
}

// checkPass takes L = the sum of d·y, y = f(x), or the loss, and compares dL/dx from the
// device with central differences of f's oracle. What the gradient's kernel reads it
// finds by name: x, y or d, the gradient of either being that name after a "d".
func checkPass(dev kernels.Device, l layer) error {
	const n, h = 9, 1e-5
	r := rand.New(rand.NewPCG(4, 0))
	f, b := byName(l.forward), byName(l.backward)
	input, output := f.Params[len(f.Params)-1].Name, f.Params[0].Name
	x := normals(r, n)
	if input == "p" {
		x = probabilities(r, n)
	}
	forward := func() []float64 {
		m := kernels.Mem[float64]{N: []int{n}}
		for _, s := range l.scalars {
			m.S = append(m.S, float64(s))
		}
		for _, length := range f.Lens(m.N) {
			m.F = append(m.F, make([]float64, length))
		}
		copy(m.F[len(m.F)-1], x)
		f.F64(m)
		return m.F[0]
	}
	y := forward()
	d := normals(r, len(y))
	if output == "stats" {
		d = []float64{1, 0}
	}
	known := map[string][]float64{input: x, output: y, "d" + output: d}
	var tensors [][]float32
	for i, length := range b.Lens([]int{n}) {
		t := make([]float32, length)
		if p := b.Params[i]; p.Access == kernels.In {
			t = single(known[p.Name])
		}
		tensors = append(tensors, t)
	}
	got, err := launch(dev, b, l.scalars, []int{n}, tensors...)
	if err != nil {
		return err
	}
	gradient := slices.IndexFunc(b.Params, func(p kernels.Param) bool { return p.Name == "d"+input })
	for i := range x {
		want := difference(x, i, h, func() (sum float64) {
			for j, v := range forward() {
				sum += d[j] * v
			}
			return sum
		})
		if err := near("d"+input, i, got[gradient][i], want); err != nil {
			return err
		}
	}
	return nil
}

// difference is the central difference of f in x[i].
func difference(x []float64, i int, h float64, f func() float64) float64 {
	v := x[i]
	x[i] = v + h
	up := f()
	x[i] = v - h
	down := f()
	x[i] = v
	return (up - down) / (2 * h)
}

func near(name string, i int, got float32, want float64) error {
	if off := math.Abs(float64(got) - want); !(off <= 1e-5) {
		return fmt.Errorf("%s[%d] = %g, difference quotient %g", name, i, got, want)
	}
	return nil
}

// normals are rounded to float32 so that device and oracle see the same values.
func normals(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(float32(r.NormFloat64()))
	}
	return v
}

// probabilities keep so far from 0 and 1 that differences of their logarithms hold.
func probabilities(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(float32(0.1 + 0.8*r.Float64()))
	}
	return v
}

func single(v []float64) []float32 {
	s := make([]float32, len(v))
	for i, x := range v {
		s[i] = float32(x)
	}
	return s
}

// launch runs a kernel that has only float tensors and returns what they hold.
func launch(dev kernels.Device, k *kernels.Kernel, scalars []float32, sizes []int, tensors ...[]float32) ([][]float32, error) {
	args := kernels.Args{Scalars: scalars, Sizes: sizes}
	for _, h := range tensors {
		t, err := dev.New(tensor.Float32, len(h))
		if err != nil {
			return nil, err
		}
		if err := dev.Upload(t, h); err != nil {
			return nil, err
		}
		args.Tensors = append(args.Tensors, t)
	}
	if err := dev.Launch(k, args); err != nil {
		return nil, err
	}
	for i, t := range args.Tensors {
		if err := dev.Download(tensors[i], t); err != nil {
			return nil, err
		}
	}
	return tensors, nil
}
