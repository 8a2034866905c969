package tapetest

import (
	"math"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// memory is the values of tensors of a device at one moment.
type memory struct {
	dev     kernels.Device
	tensors []*tensor.Dense
	values  []any // []float32, []uint32 or []uint8
}

// take copies the values of tensors.
func take(dev kernels.Device, tensors []*tensor.Dense) (m memory, err error) {
	m = memory{dev: dev, tensors: tensors}
	for _, t := range tensors {
		values := slice(t)
		if err := dev.Download(values, t); err != nil {
			return m, err
		}
		m.values = append(m.values, values)
	}
	return m, nil
}

// restore writes the values back.
func (m memory) restore() error {
	for i, t := range m.tensors {
		if err := m.dev.Upload(t, m.values[i]); err != nil {
			return err
		}
	}
	return nil
}

// differs returns the first tensor whose bits are not those in o, which holds the same tensors, and
// -1 if there is none.
func (m memory) differs(o memory) int {
	for i := range m.values {
		if !sameBits(m.values[i], o.values[i]) {
			return i
		}
	}
	return -1
}

// slice returns memory of the host for the values of t.
func slice(t *tensor.Dense) any {
	n := t.Shape().TotalSize()
	switch t.Dtype() {
	case tensor.Float32:
		return make([]float32, n)
	case tensor.Uint32:
		return make([]uint32, n)
	}
	return make([]uint8, n)
}

func sameBits(a, b any) bool {
	switch a := a.(type) {
	case []float32:
		return slices.EqualFunc(a, b.([]float32), func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
	case []uint32:
		return slices.Equal(a, b.([]uint32))
	}
	return slices.Equal(a.([]uint8), b.([]uint8))
}

// touched returns the tensors of calls, each place in memory once. Those that are only read belong to
// them: their declaration may be wrong.
func touched(calls []tape.Call) (all []*tensor.Dense) {
	type place struct {
		span tape.Span
		of   tensor.Dtype
	}
	seen := map[place]bool{}
	for _, c := range calls {
		for _, a := range arguments(c) {
			if at := (place{tape.SpanOf(a.tensor), a.tensor.Dtype()}); !seen[at] {
				seen[at] = true
				all = append(all, a.tensor)
			}
		}
	}
	return all
}

// argument is one tensor of a call.
type argument struct {
	name   string
	access kernels.Access
	tensor *tensor.Dense
}

func arguments(c tape.Call) (all []argument) {
	switch {
	case c.IsExchange():
		return []argument{{"to", kernels.Out, c.Exchange.To}, {"from", kernels.In, c.Exchange.From}}
	case c.IsProduct():
		return []argument{{"dst", kernels.Out, c.Product.Dst}, {"a", kernels.In, c.Product.A}, {"b", kernels.In, c.Product.B}}
	}
	for i, t := range c.Args.Tensors {
		all = append(all, argument{c.Kernel.Params[i].Name, c.Kernel.Params[i].Access, t})
	}
	return all
}
