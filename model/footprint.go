package model

import "gorgan/model/nn"

// Memory is estimated from what is large: the nets with their gradients and moments, the
// rows that pass through them, and the data. It is a little less than what is used, so that
// nothing is refused that fits.

// perFloat is the size of a float32.
const perFloat = 4

// TrainingBytes is about how many bytes a run of c takes, with the data's own.
func (c Config) TrainingBytes(dataBytes int64) int64 {
	gen, dis := generatorNet(c), discriminatorNet(c)
	g, d := gen.Size(), dis.Size()
	// Values, gradients and two moments; and values and moments once more while they are saved.
	floats := 7 * (int64(g) + int64(d))
	if c.EMA > 0 {
		floats += 2 * int64(g)
	}
	// Both nets keep what each layer makes of a row, and its gradient; D sees x and G(z).
	rows := int64(c.BatchSize)
	floats += 2 * rows * (rowFloats(gen) + 2*rowFloats(dis)/int64(max(c.Pack, 1)))
	return perFloat*floats + dataBytes
}

// SamplingBytes is about how many bytes it takes to read a checkpoint of c and draw with it.
func (c Config) SamplingBytes() int64 {
	gen := generatorNet(c)
	g, d := gen.Size(), discriminatorNet(c).Size()
	// The checkpoint's values and moments of both nets, and G's once more on the device.
	return perFloat * (3*(int64(g)+int64(d)) + 2*int64(g) + sampleRows*rowFloats(gen))
}

// rowFloats is how many values the layers make of one row, the row counted in.
func rowFloats(n *nn.Net) int64 {
	sum := int64(n.In())
	for _, d := range n.Dense() {
		sum += int64(d.Values())
	}
	return sum
}
