package layers

import "gorgan/model/nn"

// stddevGroup is the number of images in a group of minibatch-stddev, that of Karras et al. (2020).
const stddevGroup = 4

func buildStddev(b *builder, _ *Layer) error {
	switch {
	case b.Generator:
		return b.fault("is in the generator, want minibatch-stddev in the discriminator only")
	case b.Batch%stddevGroup != 0:
		return b.fault("takes groups of %d from batches of %d, want a batch size that %d divides", stddevGroup, b.Batch, stddevGroup)
	}
	in := b.shape
	if err := b.makes(Shape{in.Height, in.Width, in.Channels + 1}); err != nil {
		return err
	}
	b.layers = append(b.layers, nn.MinibatchStddev{Number: max(b.number-1, 0), Height: in.Height, Width: in.Width, Channels: in.Channels, Group: stddevGroup})
	return nil
}
