package graph

import (
	"maps"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// The place of a value depends on its kind:
//
//	root       in a block, at an offset
//	in place   the memory of an input. If something still reads that input, it is copied first
//	view       in its base
//	join       the blocks of its parts become one, so that the parts follow each other. A part
//	           that cannot move, because it is outside the arena or already has a neighbour,
//	           is copied first
//
// Blocks that are in use at different times share memory: see arena.go.

// block is memory for roots at fixed distances from each other.
type block struct {
	members []*Value
	lo, hi  int // first element and end, relative
	at      int // place of lo in the arena
}

// use is a read of n elements of a root by the node at a time.
type use struct {
	segment
	time int
}

// forever is the time of a read after the step.
const forever = math.MaxInt

// step is a node or a copy, with the values that it reads and its scratch.
type step struct {
	*Node
	in, scratch []*Value
}

// placement is the places of all values of some nodes. Node i is at time 2i+1, and copies for it
// are at time 2i.
type placement struct {
	stored  map[*Value]*tensor.Dense // outputs whose memory is outside
	steps   []step
	reads   map[*Value][]use
	defined map[*Value]int    // time
	blocks  []*block          // in the order of their making; some have become part of others
	block   map[*Value]*block // of each root in the arena
	offset  map[*Value]int    // in its block
	joins   map[*Value]*Value // to the same with copies of some of its parts, one behind the other
}

func (g *Graph) place(nodes []*Node) *placement {
	p := &placement{stored: maps.Clone(g.stored), reads: map[*Value][]use{}, defined: map[*Value]int{}, block: map[*Value]*block{},
		offset: map[*Value]int{}, joins: map[*Value]*Value{}}
	for i, n := range nodes {
		for _, v := range n.In {
			p.read(v, 2*i+1)
		}
	}
	for _, v := range g.kept {
		p.read(v, forever)
	}
	for i, n := range nodes {
		p.node(n, 2*i+1)
	}
	for _, v := range g.kept {
		p.contiguous(v, forever)
	}
	return p
}

// read notes that v is read at a time, and places constants.
func (p *placement) read(v *Value, time int) {
	for _, s := range v.placed() {
		p.reads[s.root] = append(p.reads[s.root], use{s, time})
		if s.root.constant != nil && p.block[s.root] == nil {
			p.define(s.root, -1)
			p.reads[s.root] = append(p.reads[s.root], use{s, forever})
		}
	}
}

// define gives a root a block of its own, unless its memory is outside the arena.
func (p *placement) define(v *Value, time int) {
	p.defined[v] = time
	if p.stored[v] == nil {
		p.block[v] = &block{members: []*Value{v}, hi: v.Size()}
		p.blocks = append(p.blocks, p.block[v])
	}
}

// node places the values that n reads and writes.
func (p *placement) node(n *Node, time int) {
	s := step{Node: n, in: slices.Clone(n.In)}
	for i, v := range s.in {
		s.in[i] = p.contiguous(v, time)
	}
	if n.Op == nil {
		p.steps = append(p.steps, s)
		// The copies of leaves in joins are out of date, where the update changes them.
		maps.DeleteFunc(p.joins, func(v, _ *Value) bool {
			return slices.ContainsFunc(v.whole(), func(s segment) bool { return s.root.leaf != nil })
		})
		return
	}
	t := n.Op.Traits()
	for i, out := range n.Out {
		from := t.inPlace(i)
		if from < 0 {
			p.define(out, time)
			continue
		}
		outside := p.stored[out]
		if outside != nil || !p.dead(n, from, time) {
			c := &Value{Type: s.in[from].Type}
			if outside != nil {
				p.stored[c] = outside
			}
			s.in[from] = p.copy(c, s.in[from], time)
		}
		p.defined[out] = time
		if outside == nil {
			b, at := p.of(s.in[from])
			p.block[out], p.offset[out] = b, at
			b.members = append(b.members, out)
		}
	}
	if t.Scratch != nil {
		for _, of := range t.Scratch(n) {
			v := &Value{Type: of}
			p.define(v, time)
			s.scratch = append(s.scratch, v)
		}
	}
	p.steps = append(p.steps, s)
}

// dead reports whether nothing else than input i of n reads that value, now or later.
func (p *placement) dead(n *Node, i, time int) bool {
	for _, s := range n.In[i].whole() {
		if s.root.node == nil || p.stored[s.root] != nil {
			return false
		}
		if slices.ContainsFunc(p.reads[s.root], func(u use) bool { return u.time > time && u.overlaps(s) }) {
			return false
		}
		for k, v := range n.In {
			if k != i && slices.ContainsFunc(v.whole(), s.overlaps) {
				return false
			}
		}
	}
	return true
}

// copy adds a step that copies v to the value to, just before the given time. It returns to.
func (p *placement) copy(to, v *Value, time int) *Value {
	n := &Node{Op: copyOp{}, In: []*Value{v}, Out: []*Value{to}}
	to.node = n
	p.define(to, time-1)
	p.reads[to] = append(p.reads[to], use{to.whole()[0], time})
	p.steps = append(p.steps, step{Node: n, in: n.In})
	return to
}

// contiguous returns v, or a value with the same elements whose parts follow each other.
func (p *placement) contiguous(v *Value, time int) *Value {
	if v.base != nil {
		if base := p.contiguous(v.base, time); base != v.base {
			return view(base, v.first, v.Shape...)
		}
		return v
	}
	if v.parts == nil {
		return v
	}
	if p.joins[v] == nil {
		p.join(v, time)
	}
	// From now on, reads of a copied part go to the copy.
	for _, s := range p.joins[v].whole() {
		p.reads[s.root] = append(p.reads[s.root], use{s, time})
	}
	return p.joins[v]
}

// join places the parts of v one behind the other.
func (p *placement) join(v *Value, time int) {
	same := &Value{Type: v.Type, parts: slices.Clone(v.parts)}
	at := 0
	for i, part := range v.parts {
		if !p.follows(same, i, at) {
			same.parts[i] = p.copy(&Value{Type: part.Type}, part, time)
			if !p.follows(same, i, at) {
				// Something else lies behind the parts before this one: they are copied too.
				first := 0
				for j, before := range v.parts[:i] {
					same.parts[j] = p.copy(&Value{Type: before.Type}, before, time)
					p.follows(same, j, first)
					first += before.Size()
				}
				p.follows(same, i, at)
			}
		}
		at += part.Size()
	}
	p.joins[v], p.joins[same] = same, same
}

// follows places part i of a join at element at of the join, after the parts before it. It reports
// whether that is possible.
func (p *placement) follows(join *Value, i, at int) bool {
	s := join.parts[i].whole()[0]
	b := p.block[s.root]
	if b == nil { // a leaf, or stored outside
		return false
	}
	if i == 0 {
		return true
	}
	first, begin := p.of(join.parts[0])
	shift := begin + at - s.first - p.offset[s.root]
	if first == b {
		return shift == 0
	}
	for _, v := range first.members {
		for _, w := range b.members {
			if x, y := p.offset[v], p.offset[w]+shift; x < y+w.Size() && y < x+v.Size() {
				return false
			}
		}
	}
	for _, w := range b.members {
		p.offset[w] += shift
		p.block[w] = first
		first.lo, first.hi = min(first.lo, p.offset[w]), max(first.hi, p.offset[w]+w.Size())
	}
	first.members, b.members = append(first.members, b.members...), nil
	return true
}

// of returns the block of a contiguous value and the place in it. The block is nil outside the
// arena.
func (p *placement) of(v *Value) (b *block, offset int) {
	switch {
	case v.base != nil:
		b, offset = p.of(v.base)
		return b, offset + v.first
	case v.parts != nil:
		return p.of(v.parts[0])
	}
	return p.block[v], p.offset[v]
}

// copyOp copies its input to its output.
type copyOp struct{}

func (copyOp) Name() string                                      { return "copy" }
func (copyOp) Infer(in []*Value) ([]Type, error)                 { return []Type{in[0].Type}, nil }
func (copyOp) Traits() Traits                                    { return Traits{} }
func (copyOp) Gradient(_ *Builder, _ *Node, d []*Value) []*Value { return d }
func (copyOp) Launch(dev kernels.Device, m Memory) error         { return kernels.Copy(dev, m.Out[0], m.In[0]) }
