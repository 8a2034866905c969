package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// memory is what a net's layers leave on rows of input. Of each layer: in, what it
// reads; a, its product with the bias (rows, units·pieces), and y, its output (rows,
// units); da and d, the gradients at these. a is y, and da is d, where there is one
// piece, and y is what the next layer reads unless that is y with some of it dropped.
type memory struct {
	net             *net
	in, a, y, da, d []*tensor.Dense
	scratch         []*tensor.Dense // bias gradients nobody asked for
	dropout         *dropout        // nil for none
	labels          *labels         // of the images in the rows, nil for none
}

// newMemory is for the rows of x, with room for gradients on some of them, maybe none.
// The last layer's output is written to out, or to memory of its own where out is nil.
func (n *net) newMemory(al *allocator, x, out *tensor.Dense, gradients int, drop *dropout, told *labels) *memory {
	m := &memory{net: n, in: []*tensor.Dense{x}, dropout: drop, labels: told}
	if al.err != nil {
		return m
	}
	rows, last := x.Shape()[0], len(n.layers)-1
	for i, l := range n.layers {
		units, all := n.widths[i+1], n.widths[i+1]*l.act.pieces
		y := out
		if out == nil || i < last {
			y = al.floats(rows, units)
		}
		m.y, m.a = append(m.y, y), append(m.a, y)
		if l.act.pieces > 1 {
			m.a[i] = al.floats(rows, all)
		}
		if i < last {
			m.in = append(m.in, y)
			if drop != nil && drop.hidden > 0 && l.act.smooth {
				m.in[i+1] = al.floats(rows, units)
			}
		}
		if gradients > 0 {
			d := al.floats(gradients, units)
			m.d, m.da = append(m.d, d), append(m.da, d)
			if l.act.pieces > 1 {
				m.da[i] = al.floats(gradients, all)
			}
			m.scratch = append(m.scratch, al.floats(all))
		}
	}
	return m
}

// pass is a run of a net forward and backward over some rows of a memory.
type pass struct {
	*memory       // those rows of it
	first     int // in the memory, which is what dropout's masks go by
	condition *condition
	runs      []*tensor.Dense // of each layer, for kernels.ReLUGrad and its like
}

// pass is over the given number of rows from first on, with their gradients from row
// gradient on.
func (m *memory) pass(al *allocator, first, rows, gradient int) *pass {
	part := *m
	cut := func(whole []*tensor.Dense, first int) []*tensor.Dense {
		var parts []*tensor.Dense
		for _, t := range whole {
			parts = append(parts, al.rows(t, first, rows))
		}
		return parts
	}
	// What is one memory stays one tensor.
	same := func(parts, whole, others, otherParts []*tensor.Dense) {
		for i, t := range whole {
			if i < len(others) && t == others[i] {
				parts[i] = otherParts[i]
			}
		}
	}
	part.y = cut(m.y, first)
	part.a, part.in = cut(m.a, first), cut(m.in, first)
	same(part.a, m.a, m.y, part.y)
	same(part.in[1:], m.in[1:], m.y, part.y)
	part.d = cut(m.d, gradient)
	part.da = cut(m.da, gradient)
	same(part.da, m.da, m.d, part.d)
	p := &pass{memory: &part, first: first, condition: m.labels.of(al, m.net, first, rows)}
	p.runs = make([]*tensor.Dense, len(m.d))
	if n := kernels.GradRuns(rows); n > 1 {
		for i := range m.d {
			p.runs[i] = al.floats(n, m.net.widths[i+1]*m.net.layers[i].act.pieces)
		}
	}
	return p
}

func (p *pass) out() *tensor.Dense  { return p.y[len(p.y)-1] }
func (p *pass) dOut() *tensor.Dense { return p.d[len(p.d)-1] }

// forward computes y from the input, some of which it drops where the net does that.
func (p *pass) forward() error {
	dev, last := p.net.dev, len(p.net.layers)-1
	if err := p.dropout.drop(p.in[0], 0, p.first); err != nil {
		return err
	}
	for i, l := range p.net.layers {
		if err := dev.MatMul(p.a[i], p.in[i], l.weight.value, false, false); err != nil {
			return err
		}
		if i == 0 {
			if err := p.condition.add(p.a[0]); err != nil {
				return err
			}
		}
		if err := l.act.forward(dev, p.y[i], p.a[i], l.bias.value); err != nil {
			return err
		}
		if i == last {
			break
		}
		if p.in[i+1] != p.y[i] {
			if err := kernels.Copy(dev, p.in[i+1], p.y[i]); err != nil {
				return err
			}
		}
		if err := p.dropout.drop(p.in[i+1], i+1, p.first); err != nil {
			return err
		}
	}
	return nil
}

// backward takes dOut, the gradient at the last layer's output, down the net, to da of
// the first layer, and consumes d. Where the pass learns, the biases and the labels
// get their gradients on the way.
func (p *pass) backward(learns bool) error {
	dev := p.net.dev
	for i := len(p.net.layers) - 1; i >= 0; i-- {
		l, bias := p.net.layers[i], p.scratch[i]
		if learns {
			bias = l.bias.grad
		}
		// Without an activation the bias's gradient, the sum over the rows, is all there is to do.
		if l.act.name != "linear" || learns {
			if err := l.act.grad(dev, p.da[i], bias, p.runs[i], p.d[i], p.y[i], p.a[i]); err != nil {
				return err
			}
		}
		if i == 0 {
			break
		}
		if err := dev.MatMul(p.d[i-1], p.da[i], l.weight.value, false, true); err != nil {
			return err
		}
		if err := p.dropout.drop(p.d[i-1], i, p.first); err != nil {
			return err
		}
	}
	if learns {
		return p.condition.grad(p.da[0])
	}
	return nil
}

// weightGradients follows backward: each weight's is in·da, over all rows.
func (p *pass) weightGradients() error {
	for i, l := range p.net.layers {
		if err := p.net.dev.MatMul(l.weight.grad, p.in[i], p.da[i], true, false); err != nil {
			return err
		}
	}
	return nil
}

// inputGradient follows backward: dx is the gradient at what the input was before some
// of it was dropped.
func (p *pass) inputGradient(dx *tensor.Dense) error {
	if err := p.net.dev.MatMul(dx, p.da[0], p.net.layers[0].weight.value, false, true); err != nil {
		return err
	}
	return p.dropout.drop(dx, 0, p.first)
}
