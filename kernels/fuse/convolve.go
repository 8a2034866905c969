package fuse

import (
	"slices"

	"gorgan/kernels"
	"gorgan/kernels/dense"
	"gorgan/kernels/tape"
)

// convolutions gives convolutions to the kernels that are chosen for them. A gradient of weights that is
// summed in runs of positions is two launches:
//
//	conv, conv_back        conv_m, conv_back_n
//	conv_weight            conv_weight_m ─► sum_rows
func (d *draft) convolutions() {
	d.each(func(i int, c tape.Call) bool {
		if c.Kernel == nil || !dense.Aligned(c.Args.Tensors...) {
			return false
		}
		k, sizes, ok := d.Convolve(c.Kernel.Name, c.Args.Sizes)
		if !ok {
			return false
		}
		result := c.Args.Tensors[0]
		n, each := k.Lens(sizes)[0], size(result)
		if n == each {
			return d.replace([]int{i}, tape.Call{Kernel: k, Args: kernels.Args{Tensors: c.Args.Tensors, Sizes: sizes}})
		}
		sums := d.view(d.spare(n), 0, n/each, each)
		tensors := slices.Clone(c.Args.Tensors)
		tensors[0] = sums
		add := d.launched(func(dev kernels.Device) error { return kernels.SumRows(dev, result, sums) })
		return d.replace([]int{i}, append([]tape.Call{{Kernel: k, Args: kernels.Args{Tensors: tensors, Sizes: sizes}}}, add...)...)
	})
}
