package model

import (
	"fmt"
	"math/bits"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/nn"
)

// A batch is Shards shards of as many rows. Each is a small batch of its own: its forwards, its losses, its gradients. What
// the step takes is the mean over the shards, added as a balanced tree (kernels.TreeSum):
//
//	gradient = 1/S · ((g₀+g₁)+(g₂+g₃))
//
// So ranks can share the shards, and the bits do not depend on their number. N ranks compute S/N shards each, and exchange
// what they have: see kernels.SumRanks. Batch normalisation takes its statistics over all shards, as does the deviation of
// the data in dragan. What compares images of a batch with each other, as minibatch-stddev and the pull-away term do, stays
// within a shard.
//
// A stream of random numbers has those of shard 0 first, then those of shard 1, and so on.

// shard is one shard of this rank.
type shard struct {
	*game
	number  int             // in the batch, from 0
	results []*tensor.Dense // see game.results
}

// result returns the pair (2) of the shard's stats at one of the offsets.
func (s *shard) result(at int) *tensor.Dense { return s.results[at/2] }

// random returns the random numbers of a stream for rows of this shard, which has so many.
func (s *shard) random(b *graph.Builder, stream kernels.Stream, rows int) graph.Random {
	r := s.game.random(b, s.stepCount, stream)
	r.First = s.number * rows
	return r
}

// shardSize returns the number of images of a shard.
func (c Config) shardSize() int { return c.BatchSize / max(c.Shards, 1) }

// shardRows is what the number of D's rows of a shard is a multiple of: an element of random numbers belongs to a group of
// four, which is of one shard.
const shardRows = 4

// MaxShards is the largest number of shards.
const MaxShards = 1 << kernels.TreeLevels

// checkShards checks the number of shards.
func (c Config) checkShards(v *validation) {
	n := c.Shards
	v.check(n >= 1 && n <= MaxShards && bits.OnesCount(uint(n)) == 1, "shards", n, fmt.Sprintf("a power of two from 1 to %d", MaxShards))
	least := shardRows * max(c.Pack, 1) * max(n, 1)
	v.check(n <= 1 || c.BatchSize%least == 0, "shards", n,
		fmt.Sprintf("as many that each shard of batch_size %d has a multiple of %d images", c.BatchSize, shardRows*max(c.Pack, 1)))
}

// shardsOf divides the shards of c among the ranks of dev. It returns the first shard of this rank, and how many it has.
func shardsOf(dev kernels.Device, c Config) (first, count int, err error) {
	rank, ranks := dev.Group()
	if c.Shards%ranks != 0 {
		return 0, 0, fmt.Errorf("model: shards is %d, want a multiple of %d, the number of ranks", c.Shards, ranks)
	}
	count = c.Shards / ranks
	return rank * count, count, nil
}

// share returns the images of a batch that are this rank's: the first, and how many.
func (g *game) share() (first, n int) {
	each := g.config.batchImages() / g.config.Shards
	return g.shards[0].number * each, len(g.shards) * each
}

// addShards gives g the shards of its rank.
func (g *game) addShards(al *allocator) error {
	first, count, err := shardsOf(g.dev, g.config)
	if err != nil {
		return err
	}
	if g.config.Shards == 1 {
		g.genShards, g.disShards = nn.Shards{g.gen}, nn.Shards{g.dis}
		g.shards = []*shard{{g, 0, g.results[:]}}
		return nil
	}
	stats := al.floats(count, statsWidth)
	for i := range count {
		s := &shard{game: g, number: first + i}
		for j := range g.results {
			s.results = append(s.results, al.view(stats, i*statsWidth+2*j, 2))
		}
		g.shards = append(g.shards, s)
	}
	g.statsMean = newShardMean(al, al.view(g.stats, 0, statsWidth), stats, g.config.Shards)
	g.disShards, g.disMean = sharesOf(al, g.dis, g.config.Shards, count)
	g.genShards, g.genMean = sharesOf(al, g.gen, g.config.Shards, count)
	return al.err
}

// sharesOf returns w for so many shards of this rank, and the mean of their gradients.
func sharesOf(al *allocator, w *nn.Weights, shards, count int) (all nn.Shards, mean *shardMean) {
	n := w.Size()
	grads := al.floats(count, n)
	for i := range count {
		all = append(all, al.weights(w.Net, w.Values, al.view(grads, i*n, n)))
	}
	return all, newShardMean(al, w.Grads, grads, shards)
}

// shardMean is the mean over the shards of all ranks.
type shardMean struct {
	to  *tensor.Dense // (n), the mean
	own *tensor.Dense // (shards of this rank, n)
	// parts (n) and part (n/ranks) are for the exchange, and nil for a single rank. They are no part of own: what own has
	// for parameters that are not learned stays 0.
	parts, part *tensor.Dense
	share       float32 // 1/shards
}

func newShardMean(al *allocator, to, own *tensor.Dense, shards int) *shardMean {
	m := &shardMean{to: to, own: own, share: 1 / float32(shards)}
	if _, ranks := al.dev.Group(); ranks > 1 {
		n := to.Shape().TotalSize()
		m.parts, m.part = al.floats(n), al.floats(n/ranks)
	}
	return m
}

// append appends the mean to b. It does nothing for a nil mean, where there is a single shard.
func (m *shardMean) append(b *graph.Builder) {
	if m != nil {
		b.Update("shard_mean", m.update)
	}
}

func (m *shardMean) update(dev kernels.Device) error {
	if m.part == nil {
		return kernels.TreeSum(dev, m.to, m.own, m.share)
	}
	if err := kernels.TreeSum(dev, m.to, m.own, 1); err != nil {
		return err
	}
	return kernels.SumRanks(dev, m.to, m.parts, m.part, m.share)
}
