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

// guard values stand before and after each tensor; no kernel may touch them. Those of
// float tensors are infinite where a kernel only reads, so that a result shows one that
// was read, and finite where it writes, so that what comes of an infinity shows there.
const guard = 64

// host is the tensors of one call, guards included, as the host holds them.
type host []any // []float32, []uint32 or []uint8

// newHost fills k's tensors for a case, the same values each time.
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
			h[i] = guarded(n, 0xdeadbeef, func() uint32 { return fillWord(p.Name, c.Sizes, c.Fill, r) })
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

// inner is a tensor's values without the guards.
func inner[T any](s []T) []T { return s[guard : len(s)-guard] }

// oracle returns what k's oracle makes of h: the float tensors in float64, the
// word tensors.
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

// onDevice runs k on dev with h's values and returns what its tensors hold then.
func (h host) onDevice(dev kernels.Device, k *kernels.Kernel, c Case) (host, error) {
	args := kernels.Args{Scalars: c.Scalars, Sizes: c.Sizes}
	whole := make([]*tensor.Dense, len(h))
	for i, n := range k.Lens(c.Sizes) {
		var err error
		if whole[i], err = dev.New(k.Params[i].Type, n+2*guard); err != nil {
			return nil, err
		}
		if err := dev.Upload(whole[i], h[i]); err != nil {
			return nil, err
		}
		part, err := dev.View(whole[i], guard, n)
		if err != nil {
			return nil, err
		}
		args.Tensors = append(args.Tensors, part)
	}
	if err := dev.Launch(k, args); err != nil {
		return nil, err
	}
	if err := dev.Sync(); err != nil {
		return nil, err
	}
	got := h.clone()
	for i := range got {
		if err := dev.Download(got[i], whole[i]); err != nil {
			return nil, err
		}
	}
	return got, nil
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
