package tapetest

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// Accesses makes the calls of s in their order, each several times from the same memory. It returns
// an error for a call that
//
//   - changes memory that it declares as In,
//   - reads memory that it declares as Out, or leaves some of it as it was: what is there after the
//     call depends on what was there before,
//   - changes words that it declares as Mark otherwise than from 0 to one number,
//   - has memory twice among its arguments and writes it.
func Accesses(dev kernels.Device, s tape.Step) error {
	start, err := take(dev, touched(s.Calls))
	if err != nil {
		return err
	}
	for i, c := range s.Calls {
		if err := access(dev, c); err != nil {
			return fmt.Errorf("tapetest: call %d %v: %w", i+1, c, err)
		}
	}
	return start.restore()
}

// access makes one call, and returns an error if it does not do what it declares.
func access(dev kernels.Device, c tape.Call) error {
	all := arguments(c)
	var tensors []*tensor.Dense
	for i, a := range all {
		tensors = append(tensors, a.tensor)
		for _, b := range all[:i] {
			if !tape.MayShare(a.access, b.access) && tape.SpanOf(a.tensor).Overlaps(tape.SpanOf(b.tensor)) {
				return fmt.Errorf("%s and %s share memory, and it writes one of them", b.name, a.name)
			}
		}
	}
	before, err := take(dev, tensors)
	if err != nil {
		return err
	}
	var results [2]memory
	for nth, bits := range []uint32{0x7fc0beef, 0x41c80000} { // a NaN, and 25
		if err := before.restore(); err != nil {
			return err
		}
		for i, a := range all {
			fill := bits
			if a.access == kernels.Mark {
				fill = uint32(nth) * unmarkable // the first time words that a mark may change
			}
			if a.access == kernels.Out || a.access == kernels.Mark {
				if err := dev.Upload(a.tensor, filled(before.values[i], fill)); err != nil {
					return err
				}
			}
		}
		if err := c.Do(dev); err != nil {
			return err
		}
		if results[nth], err = take(dev, tensors); err != nil {
			return err
		}
	}
	for i, a := range all {
		if a.access == kernels.In && !sameBits(before.values[i], results[0].values[i]) {
			return fmt.Errorf("it writes %s, which it only reads by its declaration", a.name)
		}
	}
	for i, a := range all {
		if a.access != kernels.Mark {
			continue
		}
		if !marked(results[0].values[i].([]uint32)) || !sameBits(results[1].values[i], filled(before.values[i], unmarkable)) {
			return fmt.Errorf("it changes %s otherwise than from 0 to one number, but only marks it by its declaration", a.name)
		}
		results[1].values[i] = results[0].values[i]
	}
	if at := results[0].differs(results[1]); at >= 0 {
		return fmt.Errorf("%s depends on what was in the memory that it only writes by its declaration", all[at].name)
	}
	return nil
}

// unmarkable is a word that a mark leaves.
const unmarkable = 25

// marked reports whether words that were 0 hold 0 or one other number.
func marked(words []uint32) bool {
	number := uint32(0)
	for _, w := range words {
		if w != 0 && number != 0 && w != number {
			return false
		}
		number |= w
	}
	return true
}

// filled returns values of the same type and number, all of them of the given bits.
func filled(like any, bits uint32) any {
	switch like := like.(type) {
	case []float32:
		return slices.Repeat([]float32{math.Float32frombits(bits)}, len(like))
	case []uint32:
		return slices.Repeat([]uint32{bits}, len(like))
	}
	return slices.Repeat([]uint8{uint8(bits >> 16)}, len(like.([]uint8)))
}
