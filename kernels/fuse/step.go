package fuse

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/dense"
	"gorgan/kernels/tape"
)

// Rules is the version of the rules, which a plan keeps. It goes up when a step that they rewrite gets
// other bits than before.
const Rules = 2

// Options say how a step is rewritten.
type Options struct {
	// Device is the device whose tensors the step has. It makes views of them, and few and small new
	// ones.
	Device kernels.Device
	// Choose returns the tile that is to compute a product. ok is false if the device's own MatMul is
	// to. Step takes no tile that does not fit the product. A nil Choose chooses no tile.
	Choose func(p tape.Product) (t dense.Tile, ok bool)
	// Convolve returns the kernel for a launch of conv, conv_back or conv_weight, and the sizes for it. ok is false
	// if the launch is to stay, and for other kernels. A nil Convolve leaves all of them.
	Convolve func(kernel string, sizes []int) (k *kernels.Kernel, of []int, ok bool)
	// Spare returns memory for n numbers, for want number nth of the step, from 0 on. Steps that do not run at the same time may have
	// the same. A nil Spare means new memory each time.
	Spare func(nth, n int) (*tensor.Dense, error)
	// Exact leaves out the rewrites that change the order of a sum.
	Exact bool
	// Apart leaves apart what need not wait for each other. Joining it makes a new kernel, which takes
	// time here, and more in the driver, which compiles the kernel.
	Apart bool
}

// Step returns a step of fewer calls that leaves in memory what s leaves there, in all but s.Scratch.
// Without Exact the results may differ in rounding. It returns the device's error if the device refuses
// a view or new memory.
func Step(s tape.Step, o Options) (tape.Step, error) {
	d := &draft{Options: o, calls: s.Calls}
	d.shards = slices.ContainsFunc(s.Calls, func(c tape.Call) bool { return c.Name() == "tree_sum" })
	otherSums := !o.Exact && !d.shards
	for _, t := range s.Scratch {
		d.scratch = append(d.scratch, tape.SpanOf(t))
	}
	d.front()
	if otherSums {
		d.heads()
	}
	d.outers()
	d.checks()
	d.dead()
	if o.Choose != nil {
		d.products()
	}
	if o.Convolve != nil && !o.Exact {
		d.convolutions()
	}
	d.tables()
	if otherSums {
		d.units()
	}
	d.dead()
	if !o.Apart {
		d.join()
	}
	if d.err != nil {
		return tape.Step{}, fmt.Errorf("fuse: %w", d.err)
	}
	return tape.Step{Calls: d.calls, Scratch: slices.Concat(s.Scratch, d.spares)}, nil
}
