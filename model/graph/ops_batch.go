package graph

import (
	"fmt"

	"gorgan/kernels"
)

// BatchNorm normalises x (groups·n, cols) by the means and variances of its columns over each n rows
// that follow each other, and multiplies by scale (cols): see kernels.BatchNorm. It also returns these
// means and variances (groups, cols). Through them an output depends on all rows of its group.
func (b *Builder) BatchNorm(x, scale *Value, groups int) (y, mean, variance *Value) {
	out := b.Apply(batchNorm{groups}, x, scale)
	return out[0], out[1], out[2]
}

type batchNorm struct{ groups int }

func (batchNorm) Name() string   { return "batch_norm" }
func (batchNorm) Traits() Traits { return Traits{} }

func (o batchNorm) Infer(in []*Value) ([]Type, error) {
	x, scale := in[0], in[1]
	if err := wantMatrix(x); err != nil {
		return nil, err
	}
	if o.groups < 1 || x.Rows()%o.groups != 0 || scale.Size() != x.Cols() {
		return nil, fmt.Errorf("%v in %d groups, with a scale of %d, want groups of as many rows and a scale for each column", x.Type, o.groups, scale.Size())
	}
	stats := floats(o.groups, x.Cols())
	return []Type{x.Type, stats, stats}, nil
}

func (o batchNorm) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	out := b.Apply(batchGrad(o), d[0], n.In[0], n.Out[1], n.Out[2], n.In[1])
	return []*Value{out[0], b.Apply(columnSum{}, out[1])[0]}
}

func (o batchNorm) Launch(dev kernels.Device, m Memory) error {
	if err := kernels.BatchMoments(dev, m.Out[1], m.Out[2], m.In[0]); err != nil {
		return err
	}
	return kernels.BatchNorm(dev, m.Out[0], m.In[0], m.Out[1], m.Out[2], m.In[1])
}

// batchGrad computes the gradients of batchNorm at x and, for each group, at scale, from d, x, the
// statistics and scale.
type batchGrad struct{ groups int }

func (batchGrad) Name() string { return "batch_grad" }

func (o batchGrad) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) {
		return nil, fmt.Errorf("a gradient of type %v at an output of type %v, want the same", in[0].Type, in[1].Type)
	}
	return []Type{in[0].Type, in[2].Type}, nil
}

func (o batchGrad) Traits() Traits {
	return Traits{InPlace: []int{0, -1}, Scratch: func(n *Node) []Type { return []Type{n.In[2].Type} }}
}

func (o batchGrad) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (o batchGrad) Launch(dev kernels.Device, m Memory) error {
	x, mean, variance, scale, sum, product := m.In[1], m.In[2], m.In[3], m.In[4], m.Scratch[0], m.Out[1]
	if err := kernels.BatchSums(dev, sum, product, m.Out[0], x, mean, variance); err != nil {
		return err
	}
	return kernels.BatchGrad(dev, m.Out[0], x, mean, variance, scale, sum, product)
}

// Normalise normalises x (rows, cols) by a mean and a variance (cols), and multiplies by scale (cols). The
// mean and the variance are given: they do not depend on x, and no gradient flows to them.
func (b *Builder) Normalise(x, mean, variance, scale *Value) *Value {
	return b.Apply(normalise{}, x, scale, b.Reshape(mean, 1, mean.Size()), b.Reshape(variance, 1, variance.Size()))[0]
}

type normalise struct{}

func (normalise) Name() string { return "batch_norm given" }

func (normalise) Infer(in []*Value) ([]Type, error) {
	for _, v := range in[1:] {
		if v.Size() != in[0].Cols() {
			return nil, fmt.Errorf("statistics of type %v, want one for each of %d columns", v.Type, in[0].Cols())
		}
	}
	return []Type{in[0].Type}, wantMatrix(in[0])
}

func (normalise) Traits() Traits {
	return Traits{RowsIn: []bool{true, false, false, false}, RowsOut: []bool{true}}
}

// Gradient normalises d by the same variance and a mean of 0, because the operation is linear in x. The
// gradient at scale is that of a batch.
func (normalise) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	x, scale, mean, variance := n.In[0], n.In[1], n.In[2], n.In[3]
	zeros := &Value{Type: mean.Type, constant: make([]float32, mean.Size())}
	dx := b.Apply(normalise{}, d[0], scale, zeros, variance)[0]
	dScale := b.Apply(batchGrad{1}, d[0], x, mean, variance, scale)[1]
	return []*Value{dx, b.Reshape(dScale, scale.Shape...), nil, nil}
}

func (normalise) Launch(dev kernels.Device, m Memory) error {
	return kernels.BatchNorm(dev, m.Out[0], m.In[0], m.In[2], m.In[3], m.In[1])
}
