package tune

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// memory stands in for the memory of a step. There is one allocation for each type of element, which
// is replaced by a larger one when it is too small.
type memory struct {
	dev        kernels.Device
	pools      map[tensor.Dtype]*tensor.Dense
	used       map[tensor.Dtype]int // elements of the pools that the newest regions take
	key, clock *tensor.Dense        // of the noise that fills it
}

// region is memory of the step that overlapping tensors share, and where it is in a pool.
type region struct {
	tape.Span
	of tensor.Dtype
	at int // the first element
}

// between is the distance of two regions in bytes, at least. A region is as far from a multiple of
// it as it was in the step, because kernels load several neighbours at once.
const between = 256

// regions lays out the tensors of calls in the pools. It returns an error if tensors of different
// types overlap.
func (m *memory) regions(calls []tape.Call) ([]region, error) {
	var all []region
	for _, c := range calls {
		for _, t := range tensors(c) {
			all = append(all, region{Span: tape.SpanOf(t), of: t.Dtype()})
		}
	}
	slices.SortFunc(all, func(a, b region) int { return int(a.Lo) - int(b.Lo) })
	var joined []region
	for _, r := range all {
		n := len(joined) - 1
		if n < 0 || r.Lo >= joined[n].Hi {
			joined = append(joined, r)
			continue
		}
		if r.of != joined[n].of {
			return nil, fmt.Errorf("memory is used as %v and as %v", joined[n].of, r.of)
		}
		joined[n].Hi = max(joined[n].Hi, r.Hi)
	}
	m.used = map[tensor.Dtype]int{}
	for i, r := range joined {
		size := int(r.of.Size())
		step := between / size
		joined[i].at = (m.used[r.of]+step-1)/step*step + int(r.Lo%between)/size
		m.used[r.of] = joined[i].at + int(r.Hi-r.Lo)/size
	}
	return joined, m.grow()
}

// grow makes the pools at least as large as m.used says.
func (m *memory) grow() (err error) {
	if m.pools == nil {
		m.pools = map[tensor.Dtype]*tensor.Dense{}
		if m.key, err = m.dev.New(tensor.Uint32, 2); err != nil {
			return err
		}
		if m.clock, err = m.dev.New(tensor.Uint32, 1); err != nil {
			return err
		}
	}
	for of, n := range m.used {
		if held := m.pools[of]; held != nil && held.Shape().TotalSize() >= n {
			continue
		}
		if m.pools[of], err = m.dev.New(of, n); err != nil {
			return err
		}
	}
	return nil
}

// tensors returns the tensors of a call.
func tensors(c tape.Call) []*tensor.Dense {
	switch {
	case c.IsExchange():
		return []*tensor.Dense{c.Exchange.To, c.Exchange.From}
	case c.IsProduct():
		return []*tensor.Dense{c.Product.Dst, c.Product.A, c.Product.B}
	}
	return c.Args.Tensors
}

// span returns the memory of the pools that stands in for a span of one of the regions.
func (m *memory) span(s tape.Span, regions []region) (*tensor.Dense, error) {
	for _, r := range regions {
		if s.Overlaps(r.Span) {
			size := r.of.Size()
			return m.dev.View(m.pools[r.of], r.at+int((s.Lo-r.Lo)/size), int((s.Hi-s.Lo)/size))
		}
	}
	return nil, fmt.Errorf("no tensor has the memory from %#x on", s.Lo)
}

// instead returns calls with tensors in the pools.
func (m *memory) instead(calls []tape.Call, regions []region) ([]tape.Call, error) {
	var failed error
	stand := func(t *tensor.Dense) *tensor.Dense {
		flat, err := m.span(tape.SpanOf(t), regions)
		if err == nil {
			flat, err = m.dev.View(flat, 0, t.Shape()...)
		}
		if err != nil && failed == nil {
			failed = err
		}
		return flat
	}
	all := slices.Clone(calls)
	for i, c := range all {
		switch {
		case c.IsExchange():
			all[i].Exchange.To, all[i].Exchange.From = stand(c.Exchange.To), stand(c.Exchange.From)
			continue
		case c.IsProduct():
			all[i].Product.Dst, all[i].Product.A, all[i].Product.B = stand(c.Product.Dst), stand(c.Product.A), stand(c.Product.B)
			continue
		}
		all[i].Args.Tensors = slices.Clone(c.Args.Tensors)
		for j, t := range c.Args.Tensors {
			all[i].Args.Tensors[j] = stand(t)
		}
	}
	return all, failed
}

// fill writes noise in [-1,1) to the floats of the newest regions, the same each time, and to each
// tensor of calls whose kernel wants other values such values. Words and bytes keep what they have,
// zeros at first.
func (m *memory) fill(calls []tape.Call) error {
	floats, err := m.dev.View(m.pools[tensor.Float32], 0, m.used[tensor.Float32])
	if err != nil {
		return err
	}
	if err := kernels.UniformNoise(m.dev, floats, m.key, m.clock, 0); err != nil {
		return err
	}
	for _, c := range calls {
		if c.Kernel == nil {
			continue
		}
		for i, p := range c.Kernel.Params {
			scale := map[kernels.Domain]float32{kernels.NotNegative: 1, kernels.Positive: 1, kernels.Probability: 1, kernels.Rate: 1e-3}[p.Domain]
			if scale == 0 {
				continue
			}
			values := make([]float32, c.Args.Tensors[i].Shape().TotalSize())
			for j := range values {
				values[j] = scale * (0.25 + float32(j%97)/128)
			}
			if err := m.dev.Upload(c.Args.Tensors[i], values); err != nil {
				return err
			}
		}
	}
	return nil
}
