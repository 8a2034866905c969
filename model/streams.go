package model

import (
	"gorgan/kernels"
	"gorgan/model/graph"
)

// The families of random streams that the discriminator has beside the noise, after those
// of package kernels and before nn.DropoutStream. Their low 16 bits are the stage of the
// step.
const (
	instanceNoise kernels.Purpose = 0x80 << 16 // on the images it sees
	penaltyPoint  kernels.Purpose = 0x81 << 16 // where its gradient is penalised
)

// genStage is the stage of a step at which G's gradients are taken; those before it number
// D's updates from 0.
const genStage kernels.Purpose = 1<<16 - 1

// random is the numbers of a stream in the step under way.
func (g *game) random(b *graph.Builder, stream kernels.Purpose) graph.Random {
	return graph.Random{Key: b.Leaf("seed", g.key), Step: b.Leaf("step", g.clock), Stream: stream}
}
