package model

import (
	"gorgan/kernels"
	"gorgan/model/graph"
)

// genStage is the stage of a step that computes G's gradients. The stages of D's turns are numbered
// from 0.
const genStage kernels.Stream = 1<<16 - 1

// random returns the random numbers of a stream in the present step.
func (g *game) random(b *graph.Builder, stream kernels.Stream) graph.Random {
	return graph.Random{Key: b.Leaf("seed", g.seed), Step: b.Leaf("step", g.stepCount), Stream: stream}
}
