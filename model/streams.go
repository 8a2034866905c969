package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// genStage is the stage of a step that computes G's gradients. The stages of D's turns are numbered
// from 0.
const genStage kernels.Stream = 1<<16 - 1

// random returns the random numbers of a stream in the step of a number (1).
func (g *game) random(b *graph.Builder, number *tensor.Dense, stream kernels.Stream) graph.Random {
	return graph.Random{Key: b.Leaf("seed", g.seed), Step: b.Leaf("step", number), Stream: stream}
}
