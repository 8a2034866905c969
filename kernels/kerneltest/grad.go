package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// layer is a kernel and the kernel of its gradient. The gradient is compared with differences of
// the oracle of the forward kernel.
type layer struct {
	forward, backward string
	scalars           []float32
}

var layers = []layer{
	{"bias_relu", "relu_grad", []float32{0}},
	{"bias_relu", "relu_grad", []float32{0.2}},
	{"bias_sigmoid", "sigmoid_grad", nil},
	{"bias_tanh", "tanh_grad", nil},
	{"maxout", "maxout_grad", nil},
	{"class_bias", "class_grad", nil},
	{"dropout", "dropout", []float32{0.5}},
	{"unit_rows", "unit_rows_grad", nil},
}

func byName(name string) *kernels.Kernel {
	all := kernels.All()
	return all[slices.IndexFunc(all, func(k *kernels.Kernel) bool { return k.Name == name })]
}

// checkLayer computes L = the sum of d·y, where y is the first tensor of the forward kernel. It
// compares dL/dx, from the device, with central differences of the forward oracle. The names of
// the backward kernel's tensors say what they are:
//
//	d, read         the gradient at y
//	x, read         what the forward kernel left in its tensor x
//	dx, written     the gradient at the tensor x of the forward kernel
//	d, overwritten  first the gradient at y, then the gradient at the value that y replaced
func checkLayer(dev kernels.Device, l layer) error {
	const h = 1e-5
	r := rand.New(rand.NewPCG(3, 0))
	f, b := byName(l.forward), byName(l.backward)
	c := Case{Sizes: []int{7, 5, 3}[:len(f.Sizes)], Scalars: l.scalars}
	floats, words := map[string][]float64{}, map[string][]uint32{}
	for i, n := range f.Lens(c.Sizes) {
		p := f.Params[i]
		if p.Type == tensor.Float32 {
			floats[p.Name] = normals(r, n)
			continue
		}
		for range n {
			words[p.Name] = append(words[p.Name], fillWord(f, p.Name, c.Sizes, "normal", r))
		}
	}
	y := f.Params[0].Name
	d := normals(r, len(floats[y]))
	forward := func() map[string][]float64 {
		m := kernels.Mem[float64]{N: c.Sizes}
		for _, s := range l.scalars {
			m.S = append(m.S, float64(s))
		}
		after := map[string][]float64{}
		for _, p := range f.Params {
			if p.Type == tensor.Float32 {
				after[p.Name] = slices.Clone(floats[p.Name])
				m.F = append(m.F, after[p.Name])
			} else {
				m.U = append(m.U, words[p.Name])
			}
		}
		f.F64(m)
		return after
	}
	objective := func() (sum float64) {
		for i, v := range forward()[y] {
			sum += d[i] * v
		}
		return sum
	}
	after := forward()
	var before host
	for i, n := range b.Lens(c.Sizes) {
		switch p := b.Params[i]; {
		case p.Type == tensor.Uint32:
			before = append(before, padded(words[p.Name]))
		case p.Name == "d" || p.Access == kernels.InOut:
			before = append(before, padded(single(d)))
		case p.Access == kernels.In:
			before = append(before, padded(single(after[p.Name])))
		default:
			before = append(before, padded(make([]float32, n)))
		}
	}
	got, err := before.onDevice(dev, b, c)
	if err != nil {
		return err
	}
	for i, p := range b.Params {
		if p.Access == kernels.In {
			continue
		}
		x := floats[strings.TrimPrefix(p.Name, "d")]
		if p.Access == kernels.InOut {
			x = floats[y]
		}
		if x == nil {
			return fmt.Errorf("%s has the name of no gradient at a tensor of %s", p.Name, f.Name)
		}
		for j := range x {
			if err := near(p.Name, j, inner(got[i].([]float32))[j], difference(x, j, h, objective)); err != nil {
				return err
			}
		}
	}
	return nil
}

func padded[T any](s []T) []T { return slices.Concat(make([]T, guard), s, make([]T, guard)) }

// functions returns the layers without a bias, and the losses. Their kernels have one size, n. A loss
// is the first element of stats, and the kernels of most losses also write the gradient.
func functions() []layer {
	all := []layer{{"sigmoid", "sigmoid_back", nil}, {"pairing", "pairing", nil}}
	for _, names := range [][2]string{{"bce_logits", "bce_logits"}, {"log_loss", "log_loss_grad"},
		{"least_squares", "least_squares"}, {"hinge", "hinge"}, {"wasserstein", "wasserstein"}} {
		for _, s := range table[names[0]].scalars {
			all = append(all, layer{names[0], names[1], s})
		}
	}
	return all
}

// checkFunction computes L = the sum of d·y with y = f(x), or the loss. It compares dL/dx, from the
// device, with central differences of f's oracle, for each tensor x that f reads. The tensors of
// the gradient's kernel are found by name: x and y are those of f, and dx and dy are the
// gradients at them.
func checkFunction(dev kernels.Device, l layer) error {
	const n, h = 9, 1e-5
	r := rand.New(rand.NewPCG(4, 0))
	f, b := byName(l.forward), byName(l.backward)
	known := map[string][]float64{}
	var inputs []string
	for _, p := range f.Params {
		if p.Access != kernels.In {
			continue
		}
		inputs = append(inputs, p.Name)
		known[p.Name] = normals(r, n)
		if p.Name == "p" {
			known[p.Name] = probabilities(r, n)
		}
	}
	forward := func() []float64 {
		m := kernels.Mem[float64]{N: []int{n}}
		for _, s := range l.scalars {
			m.S = append(m.S, float64(s))
		}
		for i, length := range f.Lens(m.N) {
			m.F = append(m.F, make([]float64, length))
			copy(m.F[i], known[f.Params[i].Name])
		}
		f.F64(m)
		return m.F[0]
	}
	y, output := forward(), f.Params[0].Name
	d := normals(r, len(y))
	if output == "stats" {
		d = []float64{1, 0}
	}
	known[output], known["d"+output] = y, d
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
	for _, input := range inputs {
		gradient := slices.IndexFunc(b.Params, func(p kernels.Param) bool { return p.Name == "d"+input })
		x := known[input]
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
	}
	return nil
}

// difference returns the central difference of f in x[i].
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

// normals returns values rounded to float32, so that device and oracle get the same ones.
func normals(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(float32(r.NormFloat64()))
	}
	return v
}

// probabilities returns values in [0.1,0.9), where central differences of logarithms are exact
// enough.
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
