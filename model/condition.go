package model

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/dataset"
	"gorgan/kernels"
)

// Class conditioning: both nets are told an image's label, as a one-hot vector behind
// their input (Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014,
// section 3.2). Its weights in the first layer are the parameter class.weight.

// MaxClasses is how many labels can be told apart: a label is a byte.
const MaxClasses = 256

// labels are those of images on the device, in groups of a batch.
type labels struct {
	dev   kernels.Device
	label *tensor.Dense   // (images)
	batch []*tensor.Dense // (B) each: label's groups
	// A net that sees several images a row takes them as vectors.
	oneHot *tensor.Dense // (images, classes), nil where no net asks for it
	unit   *tensor.Dense // (classes, classes): the vectors, as bytes
}

// newLabels is room for the labels of groups of a batch, as vectors too where images
// are packed; nil where there are no classes.
func newLabels(al *allocator, groups, batch, classes int, packed bool) *labels {
	if classes == 0 {
		return nil
	}
	l := &labels{dev: al.dev, label: al.words(groups * batch)}
	for i := range groups {
		l.batch = append(l.batch, al.view(l.label, i*batch, batch))
	}
	if packed {
		l.oneHot, l.unit = al.floats(groups*batch, classes), al.bytes(classes, classes)
		unit := make([]uint8, classes*classes)
		for i := range classes {
			unit[i*classes+i] = 255 // which Gather takes to 1
		}
		al.upload(l.unit, unit)
	}
	return l
}

// write gives each group the labels that f writes to a batch's (B).
func (l *labels) write(f func(dst *tensor.Dense) error) error {
	for _, b := range l.batch {
		if err := f(b); err != nil {
			return err
		}
	}
	if l.oneHot == nil {
		return nil
	}
	return kernels.Gather(l.dev, l.oneHot, l.label, l.unit)
}

// condition is what the labels do to a net's first layer on some rows.
type condition struct {
	net   *net
	label *tensor.Dense // (rows), of rows of one image
	// Of rows of several images:
	oneHot *tensor.Dense // (rows, pack·classes)
	sum    *tensor.Dense // (rows, out): what the rows' vectors add
	row    *tensor.Dense // 0 to rows-1
}

// of is what the labels do to n on the given rows of images; nil where there are no
// labels, as for rows of tangents.
func (l *labels) of(al *allocator, n *net, first, rows int) *condition {
	if l == nil || al.err != nil || (first+rows)*n.pack > l.label.Shape()[0] {
		return nil
	}
	c := &condition{net: n}
	if n.pack == 1 {
		c.label = al.view(l.label, first, rows)
		return c
	}
	c.oneHot = al.view(l.oneHot, first*n.pack*n.classes, rows, n.pack*n.classes)
	c.sum, c.row = al.floats(rows, n.class.shape[1]), al.sequence(0, rows)
	return c
}

// add adds to the first layer's product a (rows, out) what the labels' weights give.
func (c *condition) add(a *tensor.Dense) error {
	if c == nil {
		return nil
	}
	dev := c.net.dev
	if c.label != nil {
		return kernels.ClassBias(dev, a, c.net.class.value, c.label)
	}
	if err := dev.MatMul(c.sum, c.oneHot, c.net.class.value, false, false); err != nil {
		return err
	}
	return kernels.ClassBias(dev, a, c.sum, c.row)
}

// grad takes da (rows, out), the gradient at the product, to that at the weights.
func (c *condition) grad(da *tensor.Dense) error {
	if c == nil {
		return nil
	}
	if c.label != nil {
		return kernels.ClassGrad(c.net.dev, c.net.class.grad, da, c.label)
	}
	return c.net.dev.MatMul(c.net.class.grad, c.oneHot, da, true, false)
}

// labelsOf returns the labels of a set as bytes, or an error if one is none of the
// classes.
func labelsOf(set *dataset.Set, classes int) ([]uint8, error) {
	all := make([]uint8, set.Len())
	for i := range all {
		label := set.Label(i)
		if label < 0 {
			return nil, fmt.Errorf("model: image %d of %s has no label, want one of the %d of classes; classes 0 trains without labels", i, set.Name(), classes)
		}
		if label >= classes {
			return nil, fmt.Errorf("model: image %d of %s has label %d, want below %d, which is classes", i, set.Name(), label, classes)
		}
		all[i] = uint8(label)
	}
	return all, nil
}

// Labels returns the labels of numbered samples: the classes in turn, so that a seed
// names one image of a conditional generator too. It is nil for one that is not.
func (c Config) Labels(seeds []uint64) []uint32 {
	if c.Classes == 0 {
		return nil
	}
	labels := make([]uint32, len(seeds))
	for i, seed := range seeds {
		labels[i] = uint32(seed % uint64(c.Classes))
	}
	return labels
}
