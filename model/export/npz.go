package export

import (
	"archive/zip"
	"io"
	"slices"

	"gorgan/dataset/array"
	"gorgan/model"
)

// WriteNpz writes the net as arrays of NumPy: 0.weight (in, out), 0.bias (out), 1.weight and so on. With classes, the
// one-hot vectors of the labels are inputs of the first layer behind the others. The weights of a convolution are (kernel
// height, kernel width, channels in, channels out), and of a transposed one (…, channels out, channels in). The member about.json has the
// About. WriteNpz returns the error of w.
func (n *Net) WriteNpz(w io.Writer) error {
	about, text, err := n.about(1)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	put := func(name string, values []float32, dims ...int) error {
		// Weights do not become smaller when they are compressed.
		m, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if err := array.WriteNpyHeader(m, dims...); err != nil {
			return err
		}
		return array.WriteNpyValues(m, values)
	}
	for i, l := range n.layers {
		name := about.Layers[i].Name
		weight, dims := l.Weight, l.Convolution.WeightShape()
		if l.Kind == model.DenseKind {
			weight, dims = l.Matrix(), []int{l.Inputs(), l.Columns()}
		}
		if err := put(name+".weight", weight, dims...); err != nil {
			return err
		}
		if err := put(name+".bias", l.Bias, len(l.Bias)); err != nil {
			return err
		}
	}
	m, err := z.CreateHeader(&zip.FileHeader{Name: "about.json", Method: zip.Store})
	if err != nil {
		return err
	}
	if _, err := m.Write(text); err != nil {
		return err
	}
	return z.Close()
}

// WriteNoise writes the noise of seeds as a .npy array (len(seeds), c.InputDim()), from which a generator's export makes the
// images of the seeds. It returns the error of w.
func WriteNoise(w io.Writer, c model.Config, seeds []uint64) error {
	if err := array.WriteNpyHeader(w, len(seeds), c.InputDim()); err != nil {
		return err
	}
	const rows = 1024 // at a time, so that memory does not hold the noise of all
	for some := range slices.Chunk(seeds, rows) {
		if err := array.WriteNpyValues(w, c.Noise(some)); err != nil {
			return err
		}
	}
	return nil
}
