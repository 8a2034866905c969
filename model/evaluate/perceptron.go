package evaluate

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// perceptron is the classifier's net on a device, with room for a fixed number of
// rows: y = relu(x·weight + bias) layer by layer, the last without the relu.
type perceptron struct {
	dev    kernels.Device
	values *tensor.Dense // all parameters, one behind the other
	x      *tensor.Dense // (rows, widths[0])
	layers []dense
}

// dense is one layer and what it gave for x.
type dense struct {
	weight, bias *tensor.Dense // (in,out), (out)
	y            *tensor.Dense // (rows,out)
}

func newPerceptron(dev kernels.Device, widths []int, rows int) (*perceptron, error) {
	p := &perceptron{dev: dev}
	var err error
	if p.values, err = dev.New(tensor.Float32, parameters(widths)); err != nil {
		return nil, err
	}
	if p.x, err = dev.New(tensor.Float32, rows, widths[0]); err != nil {
		return nil, err
	}
	p.layers = make([]dense, len(widths)-1)
	return p, eachTensor(widths, func(layer, offset int, shape ...int) error {
		l := &p.layers[layer]
		if len(shape) == 1 {
			l.bias, err = dev.View(p.values, offset, shape...)
			return err
		}
		if l.y, err = dev.New(tensor.Float32, rows, shape[1]); err != nil {
			return err
		}
		l.weight, err = dev.View(p.values, offset, shape...)
		return err
	})
}

// eachTensor calls visit for each layer's weight (in,out), then its bias (out), with
// its place among all parameters.
func eachTensor(widths []int, visit func(layer, offset int, shape ...int) error) error {
	offset := 0
	for i := range len(widths) - 1 {
		in, out := widths[i], widths[i+1]
		if err := visit(i, offset, in, out); err != nil {
			return err
		}
		if err := visit(i, offset+in*out, out); err != nil {
			return err
		}
		offset += in*out + out
	}
	return nil
}

// parameters is the number of weights and biases.
func parameters(widths []int) int {
	n := 0
	for i := range len(widths) - 1 {
		n += (widths[i] + 1) * widths[i+1]
	}
	return n
}

// forward computes every y from x.
func (p *perceptron) forward() error {
	x := p.x
	for i, l := range p.layers {
		if err := p.dev.MatMul(l.y, x, l.weight, false, false); err != nil {
			return err
		}
		activate := func() error { return kernels.BiasReLU(p.dev, l.y, l.bias, 0) }
		if i == len(p.layers)-1 {
			activate = func() error { return kernels.BiasLinear(p.dev, l.y, l.bias) }
		}
		if err := activate(); err != nil {
			return err
		}
		x = l.y
	}
	return nil
}

// features is the last hidden layer's y, logits the last one's.
func (p *perceptron) features() *tensor.Dense { return p.layers[len(p.layers)-2].y }
func (p *perceptron) logits() *tensor.Dense   { return p.layers[len(p.layers)-1].y }
