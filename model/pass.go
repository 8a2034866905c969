package model

import (
	"gorgonia.org/tensor"
)

// pass is the memory of one run of a net forward and backward on a fixed number of
// rows: each layer's output y and the gradient d at it.
type pass struct {
	net     *net
	x       *tensor.Dense // (rows, in), the caller's
	y, d    []*tensor.Dense
	scratch []*tensor.Dense // bias gradients nobody asked for
}

// newPass prepares a pass over x. The last layer's output is written to out, or to
// memory of the pass where out is nil.
func (n *net) newPass(x, out *tensor.Dense) (*pass, error) {
	p := &pass{net: n, x: x}
	rows := x.Shape()[0]
	for i, l := range n.layers {
		width := l.bias.shape[0]
		y := out
		if out == nil || i < len(n.layers)-1 {
			var err error
			if y, err = n.dev.New(tensor.Float32, rows, width); err != nil {
				return nil, err
			}
		}
		d, err := n.dev.New(tensor.Float32, rows, width)
		if err != nil {
			return nil, err
		}
		s, err := n.dev.New(tensor.Float32, width)
		if err != nil {
			return nil, err
		}
		p.y, p.d, p.scratch = append(p.y, y), append(p.d, d), append(p.scratch, s)
	}
	return p, nil
}

func (p *pass) out() *tensor.Dense  { return p.y[len(p.y)-1] }
func (p *pass) dOut() *tensor.Dense { return p.d[len(p.d)-1] }

// input is what layer i reads.
func (p *pass) input(i int) *tensor.Dense {
	if i == 0 {
		return p.x
	}
	return p.y[i-1]
}

// forward computes y from x.
func (p *pass) forward() error {
	for i, l := range p.net.layers {
		if err := p.net.dev.MatMul(p.y[i], p.input(i), l.weight.value, false, false); err != nil {
			return err
		}
		if err := l.act.forward(p.net.dev, p.y[i], l.bias.value); err != nil {
			return err
		}
	}
	return nil
}

// backward takes dOut, the gradient at the last layer's output, down the net. It
// consumes d.
func (p *pass) backward(visit func(i int) error, dbias func(i int) *tensor.Dense) error {
	dev := p.net.dev
	for i := len(p.net.layers) - 1; i >= 0; i-- {
		l := p.net.layers[i]
		if err := l.act.grad(dev, p.d[i], dbias(i), p.y[i]); err != nil {
			return err
		}
		if err := visit(i); err != nil {
			return err
		}
		if i > 0 {
			if err := dev.MatMul(p.d[i-1], p.d[i], l.weight.value, false, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// backwardParams takes dOut to the gradients of the net's parameters.
func (p *pass) backwardParams() error {
	layers := p.net.layers
	return p.backward(
		func(i int) error {
			return p.net.dev.MatMul(layers[i].weight.grad, p.input(i), p.d[i], true, false)
		},
		func(i int) *tensor.Dense { return layers[i].bias.grad })
}

// backwardInput takes dOut to dx, the gradient at x. The net's gradients stay as
// they are.
func (p *pass) backwardInput(dx *tensor.Dense) error {
	err := p.backward(
		func(int) error { return nil },
		func(i int) *tensor.Dense { return p.scratch[i] })
	if err != nil {
		return err
	}
	return p.net.dev.MatMul(dx, p.d[0], p.net.layers[0].weight.value, false, true)
}
