package fuse

import (
	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// front lets the images and the labels of a batch be drawn in one launch each, which then depend on
// the step's number alone:
//
//	shuffle ─► gather          draw_images
//	       └─► labels          draw_labels
func (d *draft) front() {
	d.each(func(i int, c tape.Call) bool {
		if c.Name() != "shuffle" {
			return false
		}
		index, key, clock := c.Args.Tensors[0], c.Args.Tensors[1], c.Args.Tensors[2]
		images, perStep, nth := c.Args.Sizes[1], c.Args.Sizes[2], c.Args.Sizes[3]
		g := d.next(i, "gather", func(a kernels.Args) bool { return same(a.Tensors[1], index) && a.Sizes[2] == images })
		if g < 0 {
			return false
		}
		old := []int{i, g}
		calls := d.launched(func(dev kernels.Device) error {
			x, data := d.calls[g].Args.Tensors[0], d.calls[g].Args.Tensors[2]
			if err := kernels.DrawImages(dev, x, index, key, clock, data, images, perStep, nth); err != nil {
				return err
			}
			for l := i; l >= 0; {
				l = d.next(l+1, "labels", func(a kernels.Args) bool { return same(a.Tensors[1], index) && a.Sizes[1] == images })
				if l < 0 {
					return nil
				}
				old = append(old, l)
				label, data := d.calls[l].Args.Tensors[0], d.calls[l].Args.Tensors[2]
				if err := kernels.DrawLabels(dev, label, key, clock, data, perStep, nth); err != nil {
					return err
				}
			}
			return nil
		})
		return d.replace(old, calls...)
	})
}
