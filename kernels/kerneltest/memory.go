package kerneltest

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// guard is the number of guard values before, and after, each tensor. No kernel may read or write
// them. The guards of a float tensor that is only read are infinite, so a result shows if one was
// read. The guards of a float tensor that is written are finite, so such a result written to a
// guard shows too.
//
//	| guard values | elements of the tensor | guard values |
const guard = 64

// host holds the tensors of one call in the memory of the host, with their guards.
type host []any // []float32, []uint32 or []uint8

// newHost fills the tensors of k for a case. A case has the same values each time.
func newHost(k *kernels.Kernel, c Case) host {
	seed := fnv.New64a()
	fmt.Fprint(seed, k.Name, "/", c)
	r := rand.New(rand.NewPCG(1, seed.Sum64()))
	h := make(host, len(k.Params))
	for i, n := range k.Lens(c.Sizes) {
		switch p := k.Params[i]; p.Type {
		case tensor.Float32:
			h[i] = floats(n, p.Access, func() float32 { return fillFloat(p.Domain, c.Fill, r) })
		case tensor.Uint32:
			h[i] = guarded(n, 0xdeadbeef, func() uint32 { return fillWord(k, p.Name, c.Sizes, c.Fill, r) })
		default:
			h[i] = guarded(n, 0xa5, func() uint8 { return uint8(r.Uint32()) })
		}
	}
	return h
}

func floats(n int, a kernels.Access, fill func() float32) []float32 {
	if a != kernels.In {
		return guarded(n, 12345.678, fill)
	}
	return guarded(n, float32(math.Inf(1)), fill)
}

func guarded[T any](n int, g T, fill func() T) []T {
	s := make([]T, n+2*guard)
	for i := range s {
		s[i] = g
		if i >= guard && i < guard+n {
			s[i] = fill()
		}
	}
	return s
}

func (h host) clone() host {
	c := make(host, len(h))
	for i, s := range h {
		switch s := s.(type) {
		case []float32:
			c[i] = slices.Clone(s)
		case []uint32:
			c[i] = slices.Clone(s)
		case []uint8:
			c[i] = slices.Clone(s)
		}
	}
	return c
}

// otherOutputs returns a copy of h with other values in the tensors that k only writes. Words are 0, so
// that a kernel which reads one as a number of a row stays within the rows.
func (h host) otherOutputs(k *kernels.Kernel) host {
	c := h.clone()
	for i, p := range k.Params {
		if p.Access != kernels.Out {
			continue
		}
		switch s := c[i].(type) {
		case []float32:
			for j := range inner(s) {
				inner(s)[j] = -25
			}
		case []uint32:
			clear(inner(s))
		case []uint8:
			clear(inner(s))
		}
	}
	return c
}

// inner returns the elements of a tensor without the guards.
func inner[T any](s []T) []T { return s[guard : len(s)-guard] }

// oracle runs k's oracle on a copy of h. It returns the tensors, with the float tensors in
// float64.
func (h host) oracle(k *kernels.Kernel, c Case) kernels.Mem[float64] {
	m := kernels.Mem[float64]{N: c.Sizes}
	for _, s := range c.Scalars {
		m.S = append(m.S, float64(s))
	}
	for _, s := range h.clone() {
		switch s := s.(type) {
		case []float32:
			f := make([]float64, len(s)-2*guard)
			for i, v := range inner(s) {
				f[i] = float64(v)
			}
			m.F = append(m.F, f)
		case []uint32:
			m.U = append(m.U, inner(s))
		case []uint8:
			m.B = append(m.B, inner(s))
		}
	}
	k.F64(m)
	return m
}

// Arguments returns tensors of dev with the values of a case of k, for a launch.
func Arguments(dev kernels.Device, k *kernels.Kernel, c Case) (kernels.Args, error) {
	args, _, err := newHost(k, c).place(dev, k, c)
	return args, err
}

// place copies the values of h to dev. It also returns the tensors with their guards.
func (h host) place(dev kernels.Device, k *kernels.Kernel, c Case) (args kernels.Args, whole []*tensor.Dense, err error) {
	args = kernels.Args{Scalars: c.Scalars, Sizes: c.Sizes}
	whole = make([]*tensor.Dense, len(h))
	for i, n := range k.Lens(c.Sizes) {
		if whole[i], err = dev.New(k.Params[i].Type, n+2*guard); err != nil {
			return args, nil, err
		}
		if err := dev.Upload(whole[i], h[i]); err != nil {
			return args, nil, err
		}
		part, err := dev.View(whole[i], guard, n)
		if err != nil {
			return args, nil, err
		}
		args.Tensors = append(args.Tensors, part)
	}
	return args, whole, nil
}

// fetch returns the values of tensors with their guards.
func (h host) fetch(dev kernels.Device, whole []*tensor.Dense) (host, error) {
	got := h.clone()
	for i := range got {
		if err := dev.Download(got[i], whole[i]); err != nil {
			return nil, err
		}
	}
	return got, nil
}

// onDevice runs k on dev with the values of h. It returns the values of the tensors after the run.
func (h host) onDevice(dev kernels.Device, k *kernels.Kernel, c Case) (host, error) {
	args, whole, err := h.place(dev, k, c)
	if err != nil {
		return nil, err
	}
	if err := dev.Launch(k, args); err != nil {
		return nil, err
	}
	if err := dev.Sync(); err != nil {
		return nil, err
	}
	return h.fetch(dev, whole)
}

// firstDifference returns the first index at which two slices of one type differ in
// their bits, or -1.
func firstDifference(a, b any) int {
	switch a := a.(type) {
	case []float32:
		for i, v := range b.([]float32) {
			if math.Float32bits(a[i]) != math.Float32bits(v) {
				return i
			}
		}
	case []uint32:
		for i, v := range b.([]uint32) {
			if a[i] != v {
				return i
			}
		}
	case []uint8:
		for i, v := range b.([]uint8) {
			if a[i] != v {
				return i
			}
		}
	default:
		panic(fmt.Sprintf("kerneltest: a tensor held in a %T", a))
	}
	return -1
}
