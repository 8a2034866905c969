package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Naive evaluates a graph without rewrites and without sharing memory: every output has a
// tensor of its own, and every node reads copies of its inputs.
type Naive struct {
	dev kernels.Device
	of  map[*Value]*tensor.Dense // of outputs and constants
}

// Naive runs g once on dev.
func (g *Graph) Naive(dev kernels.Device) (*Naive, error) {
	n := &Naive{dev, map[*Value]*tensor.Dense{}}
	for _, node := range g.nodes {
		if node.Op == nil {
			var in []*tensor.Dense
			for _, v := range node.In {
				if v.leaf != nil {
					in = append(in, v.leaf)
				} else {
					in = append(in, n.Read(v))
				}
			}
			if err := node.update(dev, in); err != nil {
				return nil, err
			}
			continue
		}
		var m Memory
		for _, v := range node.In {
			m.In = append(m.In, n.Read(v))
		}
		for i, v := range node.Out {
			if from := node.Op.Traits().inPlace(i); from >= 0 {
				n.of[v] = n.Read(node.In[from])
			} else {
				n.of[v] = n.new(v.Type)
			}
			m.Out = append(m.Out, n.of[v])
		}
		if scratch := node.Op.Traits().Scratch; scratch != nil {
			for _, t := range scratch(node) {
				m.Scratch = append(m.Scratch, n.new(t))
			}
		}
		if err := node.Op.Launch(dev, m); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *Naive) new(t Type) *tensor.Dense {
	d, err := n.dev.New(t.Elem, t.Shape...)
	if err != nil {
		panic(err)
	}
	return d
}

// Read is a copy of v's elements. The device is the CPU, whose tensors can be read.
func (n *Naive) Read(v *Value) *tensor.Dense {
	t := n.new(v.Type)
	at := 0
	for _, s := range v.whole() {
		from := n.of[s.root]
		switch {
		case s.root.leaf != nil:
			from = s.root.leaf
		case s.root.constant != nil:
			from = n.new(s.root.Type)
			copy(from.Float32s(), s.root.constant.([]float32))
		}
		switch v.Elem {
		case tensor.Float32:
			copy(t.Float32s()[at:][:s.n], from.Float32s()[s.first:])
		case tensor.Uint32:
			copy(t.Uint32s()[at:][:s.n], from.Uint32s()[s.first:])
		default:
			copy(t.Uint8s()[at:][:s.n], from.Uint8s()[s.first:])
		}
		at += s.n
	}
	return t
}

// Try calls f and tells whether b took it: a method of b that fails is no end here.
func (b *Builder) Try(f func()) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(failure); !is {
				panic(r)
			}
			ok = false
		}
	}()
	f()
	return true
}

// IsOutput tells whether Store takes v.
func (v *Value) IsOutput() bool { return v.node != nil }

// CheckArena tells whether values of different blocks that are in use at the same time lie
// apart, and whether the arena is no larger than all values together. It works out the
// times from the steps themselves.
func (p *Program) CheckArena(g *Graph) error {
	type place struct {
		v               *Value
		from, to        int // steps
		begin, end      int // elements
		block, elements any
	}
	var all []*place
	known := map[*Value]*place{}
	note := func(v *Value, time int) {
		for _, s := range v.whole() {
			if p.placement.block[s.root] == nil {
				continue
			}
			if known[s.root] == nil {
				_, at := p.locate(s.root)
				known[s.root] = &place{v: s.root, from: time, begin: at, end: at + s.root.Size(), block: p.placement.block[s.root], elements: s.root.Elem}
				if s.root.constant != nil {
					known[s.root].from = -1 // uploaded once
				}
				all = append(all, known[s.root])
			}
			known[s.root].to = time
			if s.root.constant != nil {
				known[s.root].to = forever
			}
		}
	}
	for i, s := range p.placement.steps {
		for _, values := range [][]*Value{s.in, s.Out, s.scratch} {
			for _, v := range values {
				note(v, i)
			}
		}
	}
	for _, v := range g.kept {
		note(v, forever)
	}
	sum := 0
	for _, a := range all {
		sum += (a.v.Size() + alignment - 1) / alignment * alignment * int(a.v.Elem.Size())
		for _, b := range all {
			together := a.from <= b.to && b.from <= a.to && a.elements == b.elements
			if together && a.block != b.block && a.begin < b.end && b.begin < a.end {
				return fmt.Errorf("two values in use at once lie at %d to %d and %d to %d", a.begin, a.end-1, b.begin, b.end-1)
			}
		}
	}
	if p.Bytes() > sum {
		return fmt.Errorf("the arena has %d bytes, all values together %d", p.Bytes(), sum)
	}
	return nil
}
