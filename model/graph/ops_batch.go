package graph

import (
	"fmt"
	"slices"

	"gorgan/kernels"
)

// BatchNorm normalises the shards x (groups·n, cols each) of a batch by the means and variances of their columns,
// over the rows of a group in all shards, and multiplies by scale (cols each): see kernels.BatchNorm. n rows that
// follow each other in a shard are of one group. It also returns these means and variances (groups, cols). Through them
// an output depends on all rows of its group.
//
// x are the shards of this rank, and shards is their number over all ranks: see kernels.Group.
func (b *Builder) BatchNorm(x, scale []*Value, groups, shards int) (y []*Value, mean, variance *Value) {
	mean, variance, _ = b.moments(x, groups, shards)
	y = b.Apply(batchNorm{shards}, slices.Concat(x, scale, []*Value{mean, variance})...)
	return slices.Clone(y), mean, variance
}

// batchMoments computes the means and the variances (groups, cols) of x (groups·n, cols).
type batchMoments struct{ groups int }

func (batchMoments) Name() string   { return "batch_moments" }
func (batchMoments) Traits() Traits { return Traits{} }

func (o batchMoments) Infer(in []*Value) ([]Type, error) {
	x := in[0]
	if err := wantMatrix(x); err != nil {
		return nil, err
	}
	if o.groups < 1 || x.Rows()%o.groups != 0 {
		return nil, fmt.Errorf("%v in %d groups, want groups of as many rows", x.Type, o.groups)
	}
	stats := floats(o.groups, x.Cols())
	return []Type{stats, stats}, nil
}

// Gradient refuses: what flows through the statistics is in the gradient of batchNorm.
func (batchMoments) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (batchMoments) Launch(dev kernels.Device, m Memory) error {
	return kernels.BatchMoments(dev, m.Out[0], m.Out[1], m.In[0])
}

// batchNorm normalises shards by the statistics of the batch. Its inputs are the shards, a scale for each,
// and the mean and the variance. Its outputs are the shards.
type batchNorm struct {
	shards int // of all ranks
}

func (batchNorm) Name() string   { return "batch_norm" }
func (batchNorm) Traits() Traits { return Traits{} }

func (batchNorm) Infer(in []*Value) (y []Type, err error) {
	k := len(in)/2 - 1
	for i, x := range in[:k] {
		if scale := in[k+i]; scale.Size() != x.Cols() {
			return nil, fmt.Errorf("%v with a scale of %d, want a scale for each column", x.Type, scale.Size())
		}
		y = append(y, x.Type)
	}
	return y, nil
}

func (o batchNorm) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	k := len(d)
	x, scale, mean, variance := n.In[:k], n.In[k:2*k], n.In[2*k], n.In[2*k+1]
	grads := make([]*Value, len(n.In))
	var sums []*Value
	for i, g := range d {
		if g == nil {
			b.fail("batch_norm: a gradient arrives at some of the shards of a batch, want all or none")
		}
		sums = append(sums, b.Apply(batchSums{}, g, x[i], mean, variance)...)
	}
	sum, product := b.shardMeans(sums, o.shards)
	for i, g := range d {
		grads[i] = b.Apply(batchGrad{}, g, x[i], mean, variance, scale[i], sum, product)[0]
		grads[k+i] = b.Apply(columnSum{}, sums[2*i+1])[0]
	}
	return grads
}

func (batchNorm) Launch(dev kernels.Device, m Memory) error {
	k := len(m.Out)
	for i, y := range m.Out {
		if err := kernels.BatchNorm(dev, y, m.In[i], m.In[2*k], m.In[2*k+1], m.In[k+i]); err != nil {
			return err
		}
	}
	return nil
}

// batchSums computes the sums of kernels.BatchSums (groups, cols) from d, x, and the statistics.
type batchSums struct{}

func (batchSums) Name() string   { return "batch_sums" }
func (batchSums) Traits() Traits { return Traits{} }

func (batchSums) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) {
		return nil, fmt.Errorf("a gradient of type %v at an output of type %v, want the same", in[0].Type, in[1].Type)
	}
	return []Type{in[2].Type, in[2].Type}, nil
}

func (batchSums) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (batchSums) Launch(dev kernels.Device, m Memory) error {
	return kernels.BatchSums(dev, m.Out[0], m.Out[1], m.In[0], m.In[1], m.In[2], m.In[3])
}

// batchGrad computes the gradient of batchNorm at a shard, from d, the shard, the statistics, its scale, and the sums of
// batchSums: their means over all shards.
type batchGrad struct{}

func (batchGrad) Name() string                      { return "batch_grad" }
func (batchGrad) Infer(in []*Value) ([]Type, error) { return []Type{in[0].Type}, nil }
func (batchGrad) Traits() Traits                    { return Traits{InPlace: []int{0}} }

func (batchGrad) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (batchGrad) Launch(dev kernels.Device, m Memory) error {
	return kernels.BatchGrad(dev, m.Out[0], m.In[1], m.In[2], m.In[3], m.In[4], m.In[5], m.In[6])
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
	dScale := b.Apply(batchSums{}, d[0], x, mean, variance)[1]
	return []*Value{dx, b.Reshape(dScale, scale.Shape...), nil, nil}
}

func (normalise) Launch(dev kernels.Device, m Memory) error {
	return kernels.BatchNorm(dev, m.Out[0], m.In[0], m.In[2], m.In[3], m.In[1])
}
