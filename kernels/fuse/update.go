package fuse

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/dense"
	"gorgan/kernels/tape"
)

// checks lets Adam look itself for what is not finite, in the weights and in the gradients. What it
// does not move is left to non_finite. A range of memory may be cut where words of non_finite end:
//
//	adam (w) ─► non_finite (gradients, w, others)        adam_finite (w)
//	                                                     non_finite (others)
func (d *draft) checks() {
	d.each(func(i int, c tape.Call) bool {
		if c.Name() != "adam" {
			return false
		}
		a := c.Args
		w, grad := a.Tensors[0], a.Tensors[3]
		for f := range d.calls {
			if d.calls[f].Name() != "non_finite" {
				continue
			}
			first, x, clock := d.calls[f].Args.Tensors[0], d.calls[f].Args.Tensors[1], d.calls[f].Args.Tensors[2]
			wAt, inside := within(w, x)
			gradAt, also := within(grad, x)
			if !inside || !also {
				continue
			}
			cuts := []span{{Lo: wAt, Hi: wAt + size(w)}, {Lo: gradAt, Hi: gradAt + size(w)}}
			if !wholly(size(x), kernels.Chunk, cuts...) {
				continue
			}
			calls := d.launched(func(dev kernels.Device) error {
				err := kernels.AdamFinite(dev, w, a.Tensors[1], a.Tensors[2], grad, a.Tensors[4], a.Scalars[0], a.Scalars[1], a.Scalars[2],
					kernels.Scanned{First: first, Clock: clock, Grads: gradAt, Values: wAt})
				for _, r := range tape.Without([]span{{Hi: size(x)}}, cuts) {
					if err == nil {
						words := (r.Hi - r.Lo + kernels.Chunk - 1) / kernels.Chunk
						err = kernels.NonFinite(dev, d.view(first, r.Lo/kernels.Chunk, words), d.view(x, r.Lo, r.Hi-r.Lo), clock)
					}
				}
				return err
			})
			if d.replace([]int{i, f}, calls...) {
				return true
			}
		}
		return false
	})
}

// span is the elements Lo to Hi-1 of a tensor.
type span = tape.Range[int]

// wholly reports whether the cuts begin at multiples of unit and end there, or at element n, the end.
func wholly(n, unit int, cuts ...span) bool {
	for _, c := range cuts {
		if c.Lo%unit != 0 || c.Hi%unit != 0 && c.Hi != n {
			return false
		}
	}
	return true
}

// withoutParameters returns the calls of adam_finite c for all but the cuts of its parameters.
func (d *draft) withoutParameters(c tape.Call, cuts ...span) []tape.Call {
	return d.launched(func(dev kernels.Device) error {
		for _, r := range tape.Without([]span{{Hi: c.Args.Sizes[0]}}, cuts) {
			p := d.parameters(c, r)
			a := c.Args
			if err := kernels.AdamFinite(dev, p.w, p.m, p.v, p.grad, a.Tensors[4], a.Scalars[0], a.Scalars[1], a.Scalars[2], p.scanned); err != nil {
				return err
			}
		}
		return nil
	})
}

// parameters are some of those of a call of adam_finite.
type parameters struct {
	w, m, v, grad *tensor.Dense
	scanned       kernels.Scanned
}

func (d *draft) parameters(c tape.Call, s span) parameters {
	t, n := c.Args.Tensors, s.Hi-s.Lo
	return parameters{
		w: d.view(t[0], s.Lo, n), m: d.view(t[1], s.Lo, n), v: d.view(t[2], s.Lo, n), grad: d.view(t[3], s.Lo, n),
		scanned: kernels.Scanned{First: t[5], Clock: t[6], Grads: c.Args.Sizes[2] + s.Lo, Values: c.Args.Sizes[3] + s.Lo},
	}
}

// updater returns the call of adam_finite that takes dw and dbias as gradients, and their places
// among its parameters. It is -1 if there is none.
func (d *draft) updater(dw, dbias *tensor.Dense) (at int, weights, bias span) {
	at = d.next(0, "adam_finite", func(a kernels.Args) bool {
		w, inside := within(dw, a.Tensors[3])
		b, also := within(dbias, a.Tensors[3])
		weights, bias = span{Lo: w, Hi: w + size(dw)}, span{Lo: b, Hi: b + size(dbias)}
		return inside && also
	})
	return at, weights, bias
}

// columnSums returns the linear_grad that sums the first rows of dy (rows, cols) at once, all rows if
// whole is set. It is -1 if there is none.
func (d *draft) columnSums(dy *tensor.Dense, whole bool) int {
	return d.next(0, "linear_grad", func(a kernels.Args) bool {
		at, ok := within(a.Tensors[1], dy)
		return ok && at == 0 && a.Sizes[1] == dy.Shape()[1] && kernels.GradPartials(a.Sizes[0]) == 1 && (!whole || size(a.Tensors[1]) == size(dy))
	})
}

// weights makes one launch of product i, the gradient of a layer's weights, of that of its biases, and
// of Adam. If the tile does not have that, or if Adam is not the optimizer, it leaves Adam as it is.
func (d *draft) weights(i int, tile dense.Tile) bool {
	p := d.calls[i].Product
	sums := d.columnSums(p.B, true)
	if sums < 0 {
		return false
	}
	dbias := d.calls[sums].Args.Tensors[0]
	m, n, k := p.Dims()
	if at, ws, bs := d.updater(p.Dst, dbias); at >= 0 {
		c := d.calls[at]
		w, b := d.parameters(c, ws), d.parameters(c, bs)
		a := c.Args
		update, ok := call(tile, dense.Update,
			[]*tensor.Dense{w.w, w.m, w.v, b.w, b.m, b.v, p.Dst, dbias, p.A, p.B, a.Tensors[4], w.scanned.First, w.scanned.Clock},
			a.Scalars, []int{m, n, k, size(w.scanned.First), w.scanned.Grads, b.scanned.Grads, w.scanned.Values, b.scanned.Values})
		if ok && dense.Aligned(w.w, w.m, w.v, b.w, b.m, b.v, dbias) &&
			d.replace([]int{i, sums, at}, append([]tape.Call{update}, d.withoutParameters(c, ws, bs)...)...) {
			return true
		}
	}
	c, ok := call(tile, dense.Weights, []*tensor.Dense{p.Dst, dbias, p.A, p.B}, nil, []int{m, n, k})
	return ok && dense.Aligned(dbias) && d.replace([]int{i, sums}, c)
}

// tables makes one launch of the gradient of a table of classes and of its update by Adam:
//
//	class_grad ─► adam_finite        class_adam
func (d *draft) tables() {
	d.each(func(i int, c tape.Call) bool {
		if c.Name() != "class_grad" {
			return false
		}
		dtable, of, label := c.Args.Tensors[0], c.Args.Tensors[1], c.Args.Tensors[2]
		at, table, _ := d.updater(dtable, dtable)
		if at < 0 {
			return false
		}
		adam := d.calls[at]
		calls := d.launched(func(dev kernels.Device) error {
			q, a := d.parameters(adam, table), adam.Args
			return kernels.ClassAdam(dev, q.w, q.m, q.v, q.grad, of, label, a.Tensors[4], c.Args.Sizes[2],
				a.Scalars[0], a.Scalars[1], a.Scalars[2], q.scanned)
		})
		return d.replace([]int{i, at}, append(calls, d.withoutParameters(adam, table)...)...)
	})
}

// units makes one launch of the gradients of a layer of one unit and of its update by Adam:
//
//	xᵀ·d, linear_grad ─► adam_finite        unit_adam
//
// The launch also takes the parameters beside the layer's whose gradients the step does not write:
// they are what fills a tensor's memory up.
func (d *draft) units() {
	d.each(func(i int, c tape.Call) bool {
		p := c.Product
		if !c.IsProduct() || !p.TA || p.TB || p.Dst.Shape()[1] != 1 {
			return false
		}
		sums := d.columnSums(p.B, false)
		if sums < 0 {
			return false
		}
		dbias, rows := d.calls[sums].Args.Tensors[0], d.calls[sums].Args.Sizes[0]
		at, ws, bs := d.updater(p.Dst, dbias)
		if at < 0 {
			return false
		}
		adam := d.calls[at]
		all, ok := d.filledUp(span{Lo: min(ws.Lo, bs.Lo), Hi: max(ws.Hi, bs.Hi)}, adam, i, sums)
		if !ok {
			return false
		}
		calls := d.launched(func(dev kernels.Device) error {
			q, a := d.parameters(adam, all), adam.Args
			return kernels.UnitAdam(dev, q.w, q.m, q.v, q.grad, p.A, p.B, a.Tensors[4],
				kernels.Unit{Weights: ws.Lo - all.Lo, Bias: bs.Lo - all.Lo}, rows, a.Scalars[0], a.Scalars[1], a.Scalars[2], q.scanned)
		})
		return d.replace([]int{i, sums, at}, append(calls, d.withoutParameters(adam, all)...)...)
	})
}

// filledUp returns s with the parameters of adam on both sides of it whose gradients no call writes.
// ok is false if a call other than those known writes a gradient in s.
func (d *draft) filledUp(s span, adam tape.Call, known ...int) (all span, ok bool) {
	grad := adam.Args.Tensors[3]
	all = span{Hi: size(grad)}
	for i, c := range d.calls {
		if i == known[0] || i == known[1] {
			continue
		}
		for _, w := range c.Writes() {
			g := tape.SpanOf(grad)
			if !w.Overlaps(g) {
				continue
			}
			lo, hi := int(max(w.Lo, g.Lo)-g.Lo)/4, int(min(w.Hi, g.Hi)-g.Lo)/4
			switch {
			case hi <= s.Lo:
				all.Lo = max(all.Lo, hi)
			case lo >= s.Hi:
				all.Hi = min(all.Hi, lo)
			default:
				return all, false
			}
		}
	}
	return all, true
}
