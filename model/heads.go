package model

import "gorgan/model/graph"

// D's heads are columns of its last layer beside the logit. A row of D's output is
//
//	[ logit | a logit for each class | one for each class of the code | a value for each continuous code ]
//
// with those of all images of a pack where that stands for one.
//
// The class head is that of Odena, Olah and Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs"
// (2017), section 3. With H the softmax cross-entropy of the label, and c the logits of the classes for real images x
// and fake images G(z) of the labels of a batch,
//
//	D: its loss + class_weight · (mean H(c(x)) + mean H(c(G(z))))
//	G: its loss + gen_class_weight · mean H(c(G(z)))
//
// The paper maximises L_C + L_S and L_C - L_S, so both weights are 1.

// headColumns returns the number of columns beside D's logit.
func (c Config) headColumns() int {
	columns := c.codeDim()
	if c.classifies() {
		columns += c.Classes
	}
	return c.Pack * columns
}

// head returns so many values of a head for each image of a group, (B, values). Those of the first image of a
// row begin at column first of D's output.
func (s *shard) head(b *graph.Builder, d disForward, group, first, values int) *graph.Value {
	c := s.config
	columns := b.TakeColumns(d.groups.of(b, d.output, group, d.first), first, c.Pack*values)
	return b.Reshape(columns, c.shardSize(), values)
}

// disHeads returns the parts of D's loss that its heads add. It stores their values in the shard's stats.
func (s *shard) disHeads(b *graph.Builder, t turn, d disForward) (seeds []graph.Seed) {
	if s.config.classifies() {
		weight := s.config.ClassWeight
		seeds = append(seeds, s.classLoss(b, t, d, d.groups.real, classRealStat, weight), s.classLoss(b, t, d, d.groups.fake, classFakeStat, weight))
	}
	return append(seeds, s.codeLoss(b, t, d, codeClassStat)...)
}

// genHeads returns the parts of G's loss that D's heads add. It stores their values in the shard's stats.
func (s *shard) genHeads(b *graph.Builder, t turn, d disForward) (seeds []graph.Seed) {
	if weight := s.config.GenClassWeight; s.config.classifies() && float32(weight) > 0 {
		seeds = append(seeds, s.classLoss(b, t, d, d.groups.fake, genClassStat, weight))
	}
	return append(seeds, s.codeLoss(b, t, d, genCodeStat)...)
}

// classLoss returns the loss of D's classes on a group of images, which have the labels of the batch.
func (s *shard) classLoss(b *graph.Builder, t turn, d disForward, group, stat int, weight float64) graph.Seed {
	return s.part(b, b.SoftmaxLogits(s.head(b, d, group, 1, s.config.Classes), t.class, float32(weight)), stat)
}
