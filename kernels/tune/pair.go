package tune

import (
	"fmt"
	"slices"

	"gorgan/kernels/beside"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
)

// pair is the same work twice: the launches of a step that a tile replaces, and those that take
// their place.
type pair struct {
	choice        plan.Choice
	cublas, tile  []tape.Call
	wrong         string  // how the results differ, empty if they do not
	with, without float64 // median times in µs, with the tile and without it
}

// difference returns the calls of base that are not in with, and the calls of with that are not in
// base, each in the order of its step.
func difference(base, with tape.Step) *pair {
	return &pair{cublas: alike(without(base.Calls, with.Calls)), tile: alike(without(with.Calls, base.Calls))}
}

// alike joins neighbours that are launches of the same kernel and need not wait for each other, such as
// the parts of an update between the tiles of two layers. In the step they are joined too.
func alike(calls []tape.Call) (all []tape.Call) {
	for from := 0; from < len(calls); {
		to := from + 1
		for to < len(calls) && independent(calls[from:to+1]) {
			to++
		}
		some := calls[from:to]
		if len(some) > 1 {
			if one, err := beside.Join(some); err == nil {
				some = []tape.Call{one}
			}
		}
		all = append(all, some...)
		from = to
	}
	return all
}

// independent reports whether calls are launches of one kernel of which none needs another.
func independent(calls []tape.Call) bool {
	for _, c := range calls {
		if c.Kernel == nil || c.Kernel != calls[0].Kernel {
			return false
		}
	}
	return tape.Dependences(calls).Edges() == 0
}

// without returns the calls of a that b does not have as often.
func without(a, b []tape.Call) (rest []tape.Call) {
	count := map[string]int{}
	for _, c := range b {
		count[identity(c)]++
	}
	for _, c := range a {
		if id := identity(c); count[id] > 0 {
			count[id]--
		} else {
			rest = append(rest, c)
		}
	}
	return rest
}

// identity is the same text for two calls that do the same.
func identity(c tape.Call) string {
	if x := c.Exchange; c.IsExchange() {
		return fmt.Sprint(c.Name(), tape.SpanOf(x.To), tape.SpanOf(x.From))
	}
	if c.Kernel == nil {
		p := c.Product
		return fmt.Sprint("matmul ", tape.SpanOf(p.Dst), tape.SpanOf(p.A), tape.SpanOf(p.B), p.TA, p.TB, p.Dst.Shape())
	}
	spans := make([]tape.Span, len(c.Args.Tensors))
	for i, t := range c.Args.Tensors {
		spans[i] = tape.SpanOf(t)
	}
	return fmt.Sprint(c.Kernel.Name, spans, c.Args.Scalars, c.Args.Sizes)
}

// written returns the memory that calls write, as spans that do not touch, in the order of their
// addresses.
func written(calls []tape.Call) []tape.Span {
	var all []tape.Span
	for _, c := range calls {
		all = append(all, c.Writes()...)
	}
	slices.SortFunc(all, func(a, b tape.Span) int { return int(a.Lo) - int(b.Lo) })
	var joined []tape.Span
	for _, s := range all {
		if n := len(joined); n > 0 && s.Lo <= joined[n-1].Hi {
			joined[n-1].Hi = max(joined[n-1].Hi, s.Hi)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// common returns the memory that both lists of spans have.
func common(a, b []tape.Span) (both []tape.Span) {
	for _, x := range a {
		for _, y := range b {
			if x.Overlaps(y) {
				both = append(both, tape.Span{Lo: max(x.Lo, y.Lo), Hi: min(x.Hi, y.Hi)})
			}
		}
	}
	return both
}
