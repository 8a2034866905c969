package fuse

import (
	"gorgan/kernels/beside"
	"gorgan/kernels/tape"
)

// join makes one launch of kernels that need not wait for each other. The order of the step becomes:
// all products and exchanges that are ready, one after the other; then all kernels that are ready, in one launch;
// and again. So there are as few launches as the longest chain of kernels allows:
//
//	copy_words   adam_rate   adam_rate   draw_images   dense_noise        one launch
func (d *draft) join() {
	g := d.dependences()
	done := make([]bool, len(d.calls))
	ready := func(kernel bool) (all []int) {
		for i, c := range d.calls {
			free := !done[i] && (c.Kernel != nil) == kernel
			for _, before := range g.Direct[i] {
				free = free && done[before]
			}
			if free {
				all = append(all, i)
			}
		}
		return all
	}
	var calls []tape.Call
	for left := len(d.calls); left > 0; {
		others := ready(false)
		for _, i := range others {
			calls, done[i] = append(calls, d.calls[i]), true
		}
		left -= len(others)
		if len(others) > 0 {
			continue
		}
		var parts []tape.Call
		for _, i := range ready(true) {
			parts, done[i] = append(parts, d.calls[i]), true
		}
		left -= len(parts)
		calls = append(calls, joined(parts)...)
	}
	d.calls, d.graph = calls, nil
}

// joined makes one launch of calls, or of as many as fit in one, and then of the others.
func joined(calls []tape.Call) (all []tape.Call) {
	if len(calls) < 2 {
		return calls
	}
	if one, err := beside.Join(calls); err == nil {
		return []tape.Call{one}
	}
	parts, one := calls[:1:1], calls[0]
	var rest []tape.Call
	for _, c := range calls[1:] {
		if more, err := beside.Join(append(parts, c)); err == nil {
			parts, one = append(parts, c), more
		} else {
			rest = append(rest, c)
		}
	}
	return append([]tape.Call{one}, joined(rest)...)
}
