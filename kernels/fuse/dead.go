package fuse

import (
	"slices"

	"gorgan/kernels/tape"
)

// dead drops the calls of whose results nothing is read: they are overwritten before, or they are in
// scratch memory and the step ends.
func (d *draft) dead() {
	d.each(func(i int, c tape.Call) bool {
		if len(c.Marks()) > 0 || slices.ContainsFunc(c.Writes(), func(s tape.Span) bool { return d.needed(i, s) }) {
			return false
		}
		return d.replace([]int{i})
	})
}

// needed reports whether something reads what call i leaves in s.
func (d *draft) needed(i int, s tape.Span) bool {
	left := []tape.Span{s}
	for _, c := range d.calls[i+1:] {
		if tape.Overlap(c.Reads(), left) || tape.Overlap(c.Marks(), left) {
			return true
		}
		left = tape.Without(left, c.Writes())
	}
	return len(tape.Without(left, d.scratch)) > 0
}
