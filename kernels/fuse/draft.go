package fuse

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// draft is a step while it is rewritten. Its calls are always in an order that gives the results of
// the step.
type draft struct {
	Options
	calls   []tape.Call
	scratch []tape.Span
	spares  []*tensor.Dense // scratch memory that the step did not have
	shards  bool            // the step adds the results of shards, so that each shard must have the same bits
	graph   *tape.Graph     // nil after a change
	err     error           // the first error of the device
}

// replace puts calls in the place of the calls old, and reports whether it could. The caller answers
// for it that calls, one after the other, leave in memory what old leaves there, and use no other
// memory. replace does nothing if
//
//   - one of calls does not fit its kernel: what old has is of other shapes than the rule expects, or
//   - something that comes after one of old comes before another: calls would have to be on both sides
//     of it, or
//   - one of calls would write what it also reads. No kernel may do that, and old may have, in turn.
func (d *draft) replace(old []int, calls ...tape.Call) bool {
	if d.err != nil || slices.ContainsFunc(calls, func(c tape.Call) bool { return c.Kernel.Check(c.Args) != nil || writesArgument(c) }) {
		return false
	}
	before, after, ok := d.around(old)
	if !ok {
		return false
	}
	d.calls, d.graph = slices.Concat(before, calls, after), nil
	return true
}

// around returns the calls that come before those that take the place of old, and those that come after. ok
// is false if something would have to come on both sides.
func (d *draft) around(old []int) (before, after []tape.Call, ok bool) {
	g := d.dependences()
	for x, c := range d.calls {
		if slices.Contains(old, x) {
			continue
		}
		first := slices.ContainsFunc(old, func(i int) bool { return g.Path(x, i) })
		then := slices.ContainsFunc(old, func(i int) bool { return g.Path(i, x) })
		switch {
		case first && then:
			return nil, nil, false
		case then:
			after = append(after, c)
		default:
			before = append(before, c)
		}
	}
	return before, after, true
}

func (d *draft) dependences() *tape.Graph {
	if d.graph == nil {
		d.graph = tape.Dependences(d.calls)
	}
	return d.graph
}

// writesArgument reports whether c writes memory that it has twice among its arguments.
func writesArgument(c tape.Call) bool {
	for i, t := range c.Args.Tensors {
		for j, o := range c.Args.Tensors[:i] {
			p := c.Kernel.Params
			if !tape.MayShare(p[i].Access, p[j].Access) && tape.SpanOf(t).Overlaps(tape.SpanOf(o)) {
				return true
			}
		}
	}
	return false
}

// launched returns the calls that f makes. They may not fit their kernels.
func (d *draft) launched(f func(dev kernels.Device) error) []tape.Call {
	c := &catcher{Device: d.Device}
	if err := f(c); err != nil && d.err == nil {
		d.err = err
	}
	return c.calls
}

// catcher is a device that only notes the kernels that are launched on it.
type catcher struct {
	kernels.Device
	calls []tape.Call
}

func (c *catcher) Launch(k *kernels.Kernel, a kernels.Args) error {
	c.calls = append(c.calls, tape.Call{Kernel: k, Args: a})
	return nil
}

// view returns elements of t from element at on. It keeps the device's error.
func (d *draft) view(t *tensor.Dense, at int, shape ...int) *tensor.Dense {
	if t == nil {
		return nil // there is an error already
	}
	v, err := d.Device.View(t, at, shape...)
	if err != nil && d.err == nil {
		d.err = err
	}
	return v
}

// spare returns memory for n numbers, which is scratch memory of the step. It keeps the device's error.
func (d *draft) spare(n int) *tensor.Dense {
	get := d.Spare
	if get == nil {
		get = func(_, n int) (*tensor.Dense, error) { return d.Device.New(tensor.Float32, n) }
	}
	t, err := get(len(d.spares), n)
	if err != nil {
		d.err = err
		return nil
	}
	d.spares = append(d.spares, t)
	d.scratch = append(d.scratch, tape.SpanOf(t))
	return t
}

// next returns the first call from number from on that is a launch of the kernel and that is asked
// for, or -1.
func (d *draft) next(from int, kernel string, is func(a kernels.Args) bool) int {
	for i := from; i < len(d.calls); i++ {
		if c := d.calls[i]; c.Kernel != nil && c.Kernel.Name == kernel && is(c.Args) {
			return i
		}
	}
	return -1
}

// each calls rule for the calls of the draft, from the first to the last, and again from the first
// after each time that it has changed the draft.
func (d *draft) each(rule func(i int, c tape.Call) bool) {
	for i := 0; i < len(d.calls) && d.err == nil; i++ {
		if rule(i, d.calls[i]) {
			i = -1
		}
	}
}

// same reports whether a and b are the same memory.
func same(a, b *tensor.Dense) bool { return tape.SpanOf(a) == tape.SpanOf(b) }

// within returns the number of elements from the start of whole to that of part, and whether all of
// part is in whole.
func within(part, whole *tensor.Dense) (at int, ok bool) {
	p, w := tape.SpanOf(part), tape.SpanOf(whole)
	return int(p.Lo-w.Lo) / int(whole.Dtype().Size()), p.Lo >= w.Lo && p.Hi <= w.Hi
}

func size(t *tensor.Dense) int { return t.Shape().TotalSize() }
