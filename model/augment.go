package model

import (
	"slices"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/streams"
)

// augmentation changes images at random, each by numbers of its own. Real and fake images that D gets
// are augmented alike, and G learns through it: figure 4 of Zhao et al., "Differentiable Augmentation for
// Data-Efficient GAN Training" (2020). The ranges are those of its section 3.
type augmentation struct {
	stream kernels.Stream
	of     func(b *graph.Builder, images *graph.Value, shape kernels.ImageShape, r graph.Random) *graph.Value
}

// The paper's images are in [-1,1], and those here in [0,1]. So half of its brightness of 0.5 is the
// same here. The saturation is 0 to 2 times the image's, and the contrast 0.5 to 1.5 times.
const (
	brightness = 0.25
	saturation = 1
	contrast   = 0.5
)

// augmentations has all of them, in the order in which they are applied: that of the authors' program,
// which is also where sides that 8 or 2 does not divide are rounded.
var augmentations = table[augmentation]{
	{"colour", "another brightness by ±1/4, saturation by 0 to 2, contrast by 1/2 to 3/2; grey images have no saturation",
		augmentation{streams.Colour, func(b *graph.Builder, x *graph.Value, shape kernels.ImageShape, r graph.Random) *graph.Value {
			return b.Colour(x, shape, r, brightness, saturation, contrast)
		}}},
	{"translation", "a move up or down, left or right, by up to 1/8 of the side; what comes in is 0",
		augmentation{streams.Translation, func(b *graph.Builder, x *graph.Value, shape kernels.ImageShape, r graph.Random) *graph.Value {
			return b.Translate(x, shape, r, (shape.Height+4)/8, (shape.Width+4)/8)
		}}},
	{"cutout", "a rectangle of half the height and width made 0",
		augmentation{streams.Cutout, func(b *graph.Builder, x *graph.Value, shape kernels.ImageShape, r graph.Random) *graph.Value {
			return b.Cutout(x, shape, r, (shape.Height+1)/2, (shape.Width+1)/2)
		}}},
}

// Augmentations returns the names that Config.Augment can have, in the order in which they are applied.
func Augmentations() []string { return augmentations.names() }

// AugmentationSummary describes the augmentation of that name in a line. It returns "" if there is
// none.
func AugmentationSummary(name string) string {
	a, _ := augmentations.find(name)
	return a.summary
}

// augmented returns images (n, values) as D gets them in a stage of the step.
func (s *shard) augmented(b *graph.Builder, images *graph.Value, stage kernels.Stream) *graph.Value {
	c := s.config
	shape := kernels.ImageShape{Height: c.Height, Width: c.Width, Channels: c.Channels}
	for _, row := range augmentations {
		if slices.Contains(c.Augment, row.name) {
			images = row.value.of(b, images, shape, s.random(b, row.value.stream+stage, images.Rows()))
		}
	}
	return images
}
