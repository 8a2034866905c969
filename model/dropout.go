package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// The families of random numbers that the discriminator draws beside the noise, after
// those of package kernels; their low 16 bits are the stage of the step.
const (
	instanceNoise  kernels.Purpose = (0x80 + iota) << 16 // on the images it is shown
	penaltyPoint                                         // where its gradient is penalised
	dropoutOfInput                                       // and each hidden layer's output after it
)

// genStage is the stage of a step at which G learns; those before it number D's
// updates from 0.
const genStage kernels.Purpose = 1<<16 - 1

// draws are the counters of what is drawn at one stage of the step under way.
type draws struct {
	dev        kernels.Device
	key, clock *tensor.Dense
	stage      kernels.Purpose
}

// dropout is what a net leaves out, each element with its own probability: of its
// input, and of each hidden layer's output.
type dropout struct {
	*draws
	input, hidden float64
}

// drop leaves out some of t (rows, width): layer 0 is the input, layer i the output of
// the ith hidden layer, row first that of t's first row among those shown. The same
// call on a gradient at t, or on a change of it, is what the first does to those.
func (d *dropout) drop(t *tensor.Dense, layer, first int) error {
	if d == nil {
		return nil
	}
	p := d.hidden
	if layer == 0 {
		p = d.input
	}
	if p == 0 {
		return nil
	}
	width := t.Shape().TotalSize() / t.Shape()[0]
	return kernels.Dropout(d.dev, t, d.key, d.clock, float32(1-p),
		dropoutOfInput+kernels.Purpose(layer)<<16+d.stage, first*width)
}
