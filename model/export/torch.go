package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/nlpodyssey/safetensors"

	"gorgan/model"
)

// torchStep is the distance between the layers' numbers in torch's Sequential: an activation follows each.
const torchStep = 2

// WriteTorch writes the net as a safetensors file in the layout of PyTorch: the state of a
// Sequential(Linear, activation, Linear, ...), with weights (out, in) called 0.weight, 2.weight and so on. In the place of
// Linear there may be Conv2d or ConvTranspose2d, of images that lie in their rows by HWC: see load.py. With
// classes, the one-hot vectors of the labels are inputs of the first layer behind the others. The metadata have the
// format, "pt", and the About. WriteTorch returns the error of w.
func (n *Net) WriteTorch(w io.Writer) error {
	about, text, err := n.about(torchStep)
	if err != nil {
		return err
	}
	views := map[string]safetensors.TensorView{}
	put := func(name string, values []byte, dims ...uint64) {
		if err == nil {
			views[name], err = safetensors.NewTensorView(safetensors.F32, dims, values)
		}
	}
	for i, l := range n.layers {
		name := about.Layers[i].Name
		if l.Kind == model.DenseKind {
			out := l.Columns()
			put(name+".weight", transposed(l.Matrix(), out), uint64(out), uint64(l.Inputs()))
		} else {
			filters, dims := l.Filters()
			put(name+".weight", transposed(filters, 1), uint64(dims[0]), uint64(dims[1]), uint64(dims[2]), uint64(dims[3]))
		}
		put(name+".bias", transposed(l.Bias, 1), uint64(len(l.Bias)))
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return safetensors.SerializeToWriter(views, map[string]string{"format": "pt", "about": string(text)}, w)
}

// transposed returns the bytes of the transpose of a matrix with that number of columns.
func transposed(values []float32, columns int) []byte {
	b := make([]byte, 0, 4*len(values))
	for j := range columns {
		for i := j; i < len(values); i += columns {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(values[i]))
		}
	}
	return b
}
