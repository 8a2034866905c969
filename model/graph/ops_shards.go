package graph

import (
	"fmt"

	"gorgan/kernels"
)

// The operations of this file look across the shards of a batch, which may be on several ranks. What they compute has
// the same bits on each rank, and for each number of ranks: all ranks get the values of all shards, in the order of the
// shards, and compute the same.

// Deviation returns the standard deviation (1) of all values of x, the shards of this rank. shards is their number over
// all ranks. See kernels.Deviation and kernels.CombineMoments. No gradient flows through it.
func (b *Builder) Deviation(x []*Value, shards int) *Value {
	if shards == 1 {
		return b.Apply(source{"deviation", floats(1), func(dev kernels.Device, m Memory) error {
			return kernels.Deviation(dev, m.Out[0], m.In[0])
		}}, x[0])[0]
	}
	var values []*Value
	for _, shard := range x {
		values = append(values, b.Reshape(shard, shard.Size(), 1))
	}
	_, _, deviation := b.moments(values, 1, shards)
	return b.Reshape(deviation, 1)
}

// moments returns the means and variances (groups, cols) of the columns of x over the rows of a group in all shards, as
// BatchNorm takes them, and their deviations, which are nil for a single shard.
func (b *Builder) moments(x []*Value, groups, shards int) (mean, variance, deviation *Value) {
	var own []*Value
	for _, shard := range x {
		own = append(own, b.Apply(batchMoments{groups}, shard)...)
	}
	if shards == 1 {
		return own[0], own[1], nil
	}
	all := b.Apply(combineMoments{groups}, b.allGather(own, shards))
	return all[0], all[1], all[2]
}

// shardMeans returns the means over all shards of sums and products (groups, cols), which own has for each shard of
// this rank.
func (b *Builder) shardMeans(own []*Value, shards int) (sum, product *Value) {
	if shards == 1 {
		return own[0], own[1]
	}
	groups := own[0].Rows()
	both := b.Apply(shardMean{shards}, b.allGather(own, shards))[0]
	return b.Rows(both, 0, groups), b.Rows(both, groups, groups)
}

// allGather returns the values of all shards, one after the other. own has two for each shard of this rank.
func (b *Builder) allGather(own []*Value, shards int) *Value {
	return b.Apply(allGather{2 * shards / len(own)}, b.Join(own...))[0]
}

// allGather is kernels.Device.AllGather over so many ranks.
type allGather struct{ ranks int }

func (allGather) Name() string   { return "all_gather" }
func (allGather) Traits() Traits { return Traits{} }

func (o allGather) Infer(in []*Value) ([]Type, error) {
	return []Type{floats(o.ranks*in[0].Rows(), in[0].Cols())}, wantMatrix(in[0])
}

func (allGather) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (allGather) Launch(dev kernels.Device, m Memory) error {
	return dev.AllGather(m.Out[0], m.In[0])
}

// combineMoments computes the moments of a batch from those of its shards (shards·2·groups, cols): see
// kernels.CombineMoments.
type combineMoments struct{ groups int }

func (combineMoments) Name() string   { return "combine_moments" }
func (combineMoments) Traits() Traits { return Traits{} }

func (o combineMoments) Infer(in []*Value) ([]Type, error) {
	if in[0].Rows()%(2*o.groups) != 0 {
		return nil, fmt.Errorf("moments of type %v, want two rows for each of %d groups of a shard", in[0].Type, o.groups)
	}
	stats := floats(o.groups, in[0].Cols())
	return []Type{stats, stats, stats}, wantMatrix(in[0])
}

func (combineMoments) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (combineMoments) Launch(dev kernels.Device, m Memory) error {
	return kernels.CombineMoments(dev, m.Out[0], m.Out[1], m.Out[2], m.In[0])
}

// shardMean computes the mean over the shards of rows (shards·n, cols), as kernels.TreeSum adds them.
type shardMean struct{ shards int }

func (shardMean) Name() string   { return "tree_sum" }
func (shardMean) Traits() Traits { return Traits{} }

func (o shardMean) Infer(in []*Value) ([]Type, error) {
	if in[0].Rows()%o.shards != 0 {
		return nil, fmt.Errorf("%v for %d shards, want as many rows for each", in[0].Type, o.shards)
	}
	return []Type{floats(in[0].Rows()/o.shards, in[0].Cols())}, wantMatrix(in[0])
}

func (shardMean) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (o shardMean) Launch(dev kernels.Device, m Memory) error {
	return kernels.TreeSum(dev, m.Out[0], m.In[0], 1/float32(o.shards))
}
