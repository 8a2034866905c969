package model

import "gorgan/model/nn"

// The estimates count what is large: the nets with their gradients and moments, the values that
// the nets compute from a batch, and the data. They are a little less than what is used, so that
// no run is refused that fits.

// perFloat is the size of a float32 in bytes.
const perFloat = 4

// TrainingBytes estimates the memory of one of so many ranks in a run of c, in bytes, including dataBytes for the data.
func (c Config) TrainingBytes(dataBytes int64, ranks int) int64 {
	gen, dis := c.mustNets()
	g, d := gen.Size(), dis.Size()
	// There are values, gradients and two moments, and copies of values and moments for a save.
	floats := 7 * (int64(g) + int64(d))
	if c.EMA > 0 {
		floats += 2 * int64(g)
	}
	if own := c.Shards / ranks; c.Shards > 1 { // each has gradients
		floats += int64(own) * (int64(g) + int64(d))
	}
	if ranks > 1 { // what the others sent of the gradients, and the rank's part of their sum
		floats += (int64(g) + int64(d)) * int64(ranks+1) / int64(ranks)
	}
	// Both nets keep each layer's output and its gradient. D has rows for x and for G(z).
	rows := int64(c.BatchSize / ranks)
	floats += 2 * rows * (rowFloats(gen.Net) + 2*rowFloats(dis.Net)/int64(max(c.Pack, 1)))
	if c.Pack > 1 {
		// A step and a measurement have the labels of x and of G(z) as vectors each.
		floats += 2 * 2 * rows * int64(c.Classes)
	}
	return perFloat*floats + dataBytes
}

// SamplingBytes estimates the memory, in bytes, that reading a checkpoint of c and sampling take.
func (c Config) SamplingBytes() int64 {
	gen, dis := c.mustNets()
	g, d := gen.Size(), dis.Size()
	// The checkpoint's values and moments of both nets, and G's once more on the device.
	return perFloat * (3*(int64(g)+int64(d)) + 2*int64(g) + sampleRows*rowFloats(gen.Net))
}

// rowFloats returns the number of values that the layers compute from one row, including the row.
func rowFloats(n *nn.Net) int64 {
	sum := int64(n.In())
	for _, l := range n.Summaries() {
		sum += int64(l.Values)
	}
	return sum
}
