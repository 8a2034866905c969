package evaluate

import (
	"gorgan/kernels"
	"gorgan/model/nn"
)

// newNet returns the classifier's net, a multilayer perceptron. widths are the number of its inputs
// and the units of each layer.
func newNet(widths []int) *nn.Net {
	n := &nn.Net{Name: "classifier"}
	last := len(widths) - 2
	for i := range widths[:last+1] {
		d := nn.Dense{Number: i, In: widths[i], Units: widths[i+1], Activation: nn.ReLU(0)}
		if i == last {
			d.Activation = nn.Linear()
		}
		n.Layers = append(n.Layers, d)
	}
	return n
}

// upload copies values to the parameters of w, one after the other.
func upload(dev kernels.Device, w *nn.Weights, values []float32) error {
	for _, t := range w.Tensors {
		n := t.Value.Shape().TotalSize()
		if err := dev.Upload(t.Value, values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// download returns the values of the parameters of w, one after the other.
func download(dev kernels.Device, w *nn.Weights) (values []float32, err error) {
	for _, t := range w.Tensors {
		v := make([]float32, t.Value.Shape().TotalSize())
		if err := dev.Download(v, t.Value); err != nil {
			return nil, err
		}
		values = append(values, v...)
	}
	return values, nil
}
