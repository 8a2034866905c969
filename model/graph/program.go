package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Program is a graph on a device: the launches in their order, and their memory.
type Program struct {
	dev       kernels.Device
	placement *placement
	launches  []launch
	arenas    map[tensor.Dtype]*tensor.Dense
	views     map[viewKey]*tensor.Dense
}

type launch struct {
	step
	memory Memory
}

type viewKey struct {
	of     *tensor.Dense
	offset int
	shape  string
}

// New builds a graph with f and compiles it: see Build and Compile.
func New(dev kernels.Device, f func(b *Builder)) (*Program, error) {
	g, err := Build(f)
	if err != nil {
		return nil, err
	}
	return g.Compile(dev)
}

// Compile allocates the memory of the graph on dev, where it stays until dev is closed. It returns
// dev's error.
func (g *Graph) Compile(dev kernels.Device) (*Program, error) {
	p := &Program{dev: dev, placement: g.place(g.signsAfterDropout(g.live())),
		arenas: map[tensor.Dtype]*tensor.Dense{}, views: map[viewKey]*tensor.Dense{}}
	for elem, size := range p.placement.arrange() {
		var err error
		if p.arenas[elem], err = dev.New(elem, size); err != nil {
			return nil, err
		}
	}
	for v := range p.placement.block {
		if v.constant != nil {
			t, err := p.Tensor(v)
			if err != nil {
				return nil, err
			}
			if err := dev.Upload(t, v.constant); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range p.placement.steps {
		l := launch{step: s}
		for _, part := range []struct {
			values  []*Value
			tensors *[]*tensor.Dense
		}{{s.in, &l.memory.In}, {s.Out, &l.memory.Out}, {s.scratch, &l.memory.Scratch}} {
			for _, v := range part.values {
				t, err := p.Tensor(v)
				if err != nil {
					return nil, err
				}
				*part.tensors = append(*part.tensors, t)
			}
		}
		p.launches = append(p.launches, l)
	}
	return p, nil
}

// Run launches the step once. Device.Record can record it. It returns the first error of a launch
// or an update.
func (p *Program) Run() error {
	for _, l := range p.launches {
		if l.Op == nil {
			if err := l.update(p.dev, l.memory.In); err != nil {
				return err
			}
		} else if err := l.Op.Launch(p.dev, l.memory); err != nil {
			return fmt.Errorf("graph: %w", err)
		}
	}
	return nil
}

// Tensor returns the memory of v, which belongs to the program. After a run it has v's values if v
// was kept or stored, or is a leaf. Otherwise another value may have replaced them. It returns an
// error if v is not contiguous or not in the program.
func (p *Program) Tensor(v *Value) (*tensor.Dense, error) {
	of, offset := p.locate(v)
	if of == nil {
		return nil, fmt.Errorf("graph: a value of type %v is not part of this program, or lies in several places", v.Type)
	}
	key := viewKey{of, offset, fmt.Sprint(v.Shape)}
	if t := p.views[key]; t != nil {
		return t, nil
	}
	t, err := p.dev.View(of, offset, v.Shape...)
	if err == nil {
		p.views[key] = t
	}
	return t, err
}

// locate returns the memory that contains v and the first element of v in it.
func (p *Program) locate(v *Value) (of *tensor.Dense, offset int) {
	switch {
	case v.base != nil:
		of, offset = p.locate(v.base)
		return of, offset + v.first
	case v.parts != nil:
		if same := p.placement.joins[v]; same != nil {
			return p.locate(same.parts[0])
		}
		return nil, 0 // its parts lie in several places
	case v.leaf != nil:
		return v.leaf, 0
	}
	if t := p.placement.stored[v]; t != nil {
		return t, 0
	}
	if b := p.placement.block[v]; b != nil {
		return p.arenas[v.Elem], b.at + p.placement.offset[v] - b.lo
	}
	return nil, 0
}

// Scratch returns the parts of the arenas whose contents nothing needs between two runs: all but the
// kept values and the constants. It is for Device.Record. It returns the error of the device.
func (p *Program) Scratch() ([]*tensor.Dense, error) {
	lasting := map[tensor.Dtype][]span{}
	for root, b := range p.placement.block {
		if slices.ContainsFunc(p.placement.reads[root], func(u use) bool { return u.time == forever }) {
			at := b.at + p.placement.offset[root] - b.lo
			lasting[root.Elem] = append(lasting[root.Elem], span{at, at + root.Size()})
		}
	}
	var scratch []*tensor.Dense
	for elem, arena := range p.arenas {
		end := arena.Shape().TotalSize()
		spans := append(lasting[elem], span{end, end})
		slices.SortFunc(spans, func(a, b span) int { return a.lo - b.lo })
		at := 0
		for _, s := range spans {
			if s.lo > at {
				t, err := p.dev.View(arena, at, s.lo-at)
				if err != nil {
					return nil, err
				}
				scratch = append(scratch, t)
			}
			at = max(at, s.hi)
		}
	}
	return scratch, nil
}

// Bytes returns the size of the arenas, in bytes. Leaves and stored values are not in them.
func (p *Program) Bytes() (sum int) {
	for elem, t := range p.arenas {
		sum += int(elem.Size()) * t.Shape().TotalSize()
	}
	return sum
}
