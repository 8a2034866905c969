package model

import (
	"gorgan/kernels"
	"gorgan/model/graph"
)

// genStage is the stage of a step at which G's gradients are taken; those before it number
// D's updates from 0.
const genStage kernels.Stream = 1<<16 - 1

// random is the numbers of a stream in the step under way.
func (g *game) random(b *graph.Builder, stream kernels.Stream) graph.Random {
	return graph.Random{Key: b.Leaf("seed", g.seed), Step: b.Leaf("step", g.stepCount), Stream: stream}
}
