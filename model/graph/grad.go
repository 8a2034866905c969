package graph

import (
	"cmp"
	"slices"
)

// Seed is a value to differentiate, and the gradient D at it, which has its shape. D is nil if Of
// is the result of a loss or a penalty: then the gradient is 1.
type Seed struct{ Of, D *Value }

// Grad appends the nodes of the gradient of the seeds' sum, and returns the gradient at each value
// of at, in its shape. A value of at is a leaf, a join or an output, or rows of one. Each of its
// rows must have a gradient: if a row does not depend on the seeds, Build returns an error.
//
// It walks the nodes back (reverse accumulation: Griewank and Walther, "Evaluating
// Derivatives", 2008, chapter 3). For a node that works row by row, it makes the gradient only for
// the rows that get a gradient and on which one is needed.
func (b *Builder) Grad(seeds []Seed, at ...*Value) []*Value {
	w := &walk{b: b, stops: map[*Value][]span{}, needs: map[*Value][]span{},
		stopped: map[*Value][]piece{}, pieces: map[*Value][]piece{}}
	for _, v := range at {
		base, first := v, 0
		if v.base != nil {
			base, first = v.base, v.first
		}
		w.stops[base] = union(append(w.stops[base], span{first, first + v.Size()}))
	}
	nodes := b.nodes
	for _, n := range nodes {
		w.mark(n)
	}
	for _, s := range seeds {
		d := s.D
		switch {
		case d != nil && d.Size() != s.Of.Size():
			b.fail("a gradient of type %v at a value of type %v, want as many elements", d.Type, s.Of.Type)
		case d == nil:
			d = b.one
			if n := s.Of.node; n == nil || s.Of != n.Out[0] || !isLoss(n) {
				b.fail("a value of type %v is differentiated that is no loss, want the gradient there", s.Of.Type)
			}
		}
		w.add(s.Of, 0, d)
	}
	for _, n := range slices.Backward(nodes) {
		w.visit(n)
	}
	var all []*Value
	for _, v := range at {
		all = append(all, w.result(v))
	}
	return all
}

// walk is the state of one call of Grad. Spans and pieces count elements of their values.
type walk struct {
	b       *Builder
	stops   map[*Value][]span  // where gradients are asked for
	needs   map[*Value][]span  // of roots, what depends on those
	stopped map[*Value][]piece // the gradients that have arrived there
	pieces  map[*Value][]piece // and those at outputs
}

// span is the range of elements from lo to hi-1.
type span struct{ lo, hi int }

// piece is the gradient d at the d.Size() elements of a value from first on.
type piece struct {
	first int
	d     *Value
}

// needOf returns the parts of v that depend on at.
func (w *walk) needOf(v *Value) []span {
	all := slices.Clone(w.stops[v])
	switch {
	case v.base != nil:
		for _, s := range w.needOf(v.base) {
			if lo, hi := max(s.lo-v.first, 0), min(s.hi-v.first, v.Size()); lo < hi {
				all = append(all, span{lo, hi})
			}
		}
	case v.parts != nil:
		at := 0
		for _, p := range v.parts {
			for _, s := range w.needOf(p) {
				all = append(all, span{s.lo + at, s.hi + at})
			}
			at += p.Size()
		}
	default:
		all = append(all, w.needs[v]...)
	}
	return union(all)
}

// mark notes which elements of n's outputs depend on at.
func (w *walk) mark(n *Node) {
	if n.Op == nil {
		return
	}
	t := n.Op.Traits()
	var rows []span
	for i, v := range n.In {
		need := w.needOf(v)
		if len(need) == 0 {
			continue
		}
		if !t.byRows() || !t.RowsIn[i] {
			rows = []span{{0, n.Out[0].Rows()}}
			break
		}
		for _, s := range need {
			rows = append(rows, span{s.lo / v.Cols(), (s.hi-1)/v.Cols() + 1})
		}
	}
	if len(rows) == 0 {
		return
	}
	for i, v := range n.Out {
		if !t.byRows() || !t.RowsOut[i] {
			w.needs[v] = []span{{0, v.Size()}}
			continue
		}
		for _, s := range union(rows) {
			w.needs[v] = append(w.needs[v], span{s.lo * v.Cols(), s.hi * v.Cols()})
		}
	}
}

// add notes a gradient d at the d.Size() elements of v from element first on.
func (w *walk) add(v *Value, first int, d *Value) {
	note := func(to map[*Value][]piece, wanted []span) {
		for _, s := range wanted {
			if lo, hi := max(s.lo, first), min(s.hi, first+d.Size()); lo < hi {
				to[v] = append(to[v], piece{lo, stretch(v, d, lo-first, hi-lo)})
			}
		}
	}
	note(w.stopped, w.stops[v])
	switch {
	case d == w.b.one: // of a loss, which is the first element of an output
		if len(w.needs[v]) > 0 {
			w.pieces[v] = append(w.pieces[v], piece{0, d})
		}
	case v.base != nil:
		w.add(v.base, v.first+first, d)
	case v.parts != nil:
		at := 0
		for _, p := range v.parts {
			if lo, hi := max(first, at), min(first+d.Size(), at+p.Size()); lo < hi {
				w.add(p, lo-at, stretch(p, d, lo-first, hi-lo))
			}
			at += p.Size()
		}
	default:
		note(w.pieces, w.needs[v])
	}
}

// visit appends the gradient of n, for the rows of its outputs that get a gradient.
func (w *walk) visit(n *Node) {
	if n.Op == nil {
		return
	}
	t := n.Op.Traits()
	d := make([][]piece, len(n.Out))
	var at []span
	for i, v := range n.Out {
		if d[i] = w.b.merge(v, w.pieces[v]); len(d[i]) == 0 {
			continue
		}
		if p := d[i][0].d; !t.byRows() && p != w.b.one && p.Size() != v.Size() {
			w.b.fail("%s: a gradient arrives at %d of %d elements", n.Op.Name(), p.Size(), v.Size())
		}
		if t.byRows() && !t.RowsOut[i] {
			w.b.terminal(n) // a sum over the rows
		}
		for _, p := range d[i] {
			if t.byRows() && (p.first%v.Cols() != 0 || p.d.Size()%v.Cols() != 0) {
				w.b.fail("%s: a gradient arrives at elements %d to %d, want whole rows of %d", n.Op.Name(), p.first, p.first+p.d.Size()-1, v.Cols())
			}
			at = append(at, span{p.first / v.Cols(), (p.first + p.d.Size()) / v.Cols()})
		}
	}
	slices.SortFunc(at, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	at = slices.Compact(at)
	for i, rows := range at {
		if i > 0 && rows.lo < at[i-1].hi {
			w.b.fail("%s: gradients arrive at rows %d to %d of one output and %d to %d of another",
				n.Op.Name(), at[i-1].lo, at[i-1].hi-1, rows.lo, rows.hi-1)
		}
		part := n
		if t.byRows() {
			part = w.b.rows(n, rows.lo, rows.hi-rows.lo)
		}
		arrived := make([]*Value, len(n.Out))
		for i, v := range n.Out {
			for _, p := range d[i] {
				if p.first == rows.lo*v.Cols() {
					arrived[i] = p.d
				}
			}
		}
		for i, g := range part.Op.Gradient(w.b, part, arrived) {
			if g != nil {
				w.add(part.In[i], 0, g)
			}
		}
	}
}

// merge adds the pieces at the same elements, those of the earliest nodes first. It joins pieces
// that follow each other.
func (b *Builder) merge(v *Value, pieces []piece) (all []piece) {
	if len(pieces) == 1 {
		return pieces
	}
	var cuts []int
	for _, p := range pieces {
		cuts = append(cuts, p.first, p.first+p.d.Size())
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := range max(len(cuts), 1) - 1 {
		lo, hi := cuts[i], cuts[i+1]
		var sum *Value
		for _, p := range slices.Backward(pieces) {
			if p.first > lo || p.first+p.d.Size() < hi {
				continue
			}
			if d := stretch(v, p.d, lo-p.first, hi-lo); sum == nil {
				sum = d
			} else {
				sum = b.Add(sum, d)
			}
		}
		if sum == nil {
			continue
		}
		if n := len(all); n > 0 && all[n-1].first+all[n-1].d.Size() == lo {
			all[n-1].d = b.Join(all[n-1].d, sum)
		} else {
			all = append(all, piece{lo, sum})
		}
	}
	return all
}

// result returns the gradient at v.
func (w *walk) result(v *Value) *Value {
	base, first := v, 0
	if v.base != nil {
		base, first = v.base, v.first
	}
	for _, p := range w.b.merge(base, w.stopped[base]) {
		if p.first <= first && first+v.Size() <= p.first+p.d.Size() {
			return view(p.d, first-p.first, v.Shape...)
		}
	}
	w.b.fail("the gradient at a value of type %v is 0 on some or all of its rows", v.Type)
	return nil
}

// union sorts spans and merges those that touch.
func union(spans []span) (all []span) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	for _, s := range spans {
		if n := len(all); n > 0 && s.lo <= all[n-1].hi {
			all[n-1].hi = max(all[n-1].hi, s.hi)
		} else {
			all = append(all, s)
		}
	}
	return all
}
