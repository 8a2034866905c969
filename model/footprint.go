package model

// Memory is estimated from what is large: the nets with their gradients and moments, the
// rows that pass through them, and the data. It is a little less than what is used, so that
// nothing is refused that fits.

// perFloat is the size of a float32.
const perFloat = 4

// TrainingBytes is about how many bytes a run of c takes, with the data's own.
func (c Config) TrainingBytes(dataBytes int64) int64 {
	gen, dis := generatorShapes(c), discriminatorShapes(c)
	_, g := gen.params()
	_, d := dis.params()
	// Values, gradients and two moments; and values and moments once more while they are saved.
	floats := 7 * (int64(g) + int64(d))
	if c.EMA > 0 {
		floats += 2 * int64(g)
	}
	// Both nets keep what each layer makes of a row, and its gradient; D sees x and G(z).
	rows := int64(c.BatchSize)
	floats += 2 * rows * (gen.rowFloats() + 2*dis.rowFloats()/int64(max(c.Pack, 1)))
	return perFloat*floats + dataBytes
}

// DrawingBytes is about how many bytes it takes to read a checkpoint of c and draw with it.
func (c Config) DrawingBytes() int64 {
	gen := generatorShapes(c)
	_, g := gen.params()
	_, d := discriminatorShapes(c).params()
	// The checkpoint's values and moments of both nets, and G's once more on the device.
	return perFloat * (3*(int64(g)+int64(d)) + 2*int64(g) + sampleRows*gen.rowFloats())
}

// rowFloats is how many values the layers make of one row, the row counted in.
func (s shapes) rowFloats() int64 {
	sum := int64(s.widths[0])
	for i := range len(s.widths) - 1 {
		sum += int64(s.widths[i+1]) * int64(s.act(i).pieces)
	}
	return sum
}
