package model

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// The penalties on D's gradient at its inputs: weight·mean (|g|-centre)² over the rows
// of a group, g the gradient of D's output by a row of its input.
//
// D's slopes do not change with its weights, in a neighbourhood: its activations are
// piecewise linear, and what dropout leaves out is given. With M_i the slopes of layer
// i at a row, masks included, and W_i its weights,
//
//	d_L = 1, d_i = M_i·(d_{i+1} W_{i+1}ᵀ), g = d_1 W_1ᵀ
//
// is linear in each weight. So with t_0 the penalty's derivative by g, and its way up
//
//	t_i = M_i·(t_{i-1} W_i)
//
// the penalty's gradient by W_i is t_{i-1}ᵀ d_i, and that by a bias is 0. The tangents
// t lie behind the outputs y of the rows with a loss, as these d do behind the loss's,
// and one product gives the sum of both gradients. The masks of a gradient at an input
// are those of the input: t_0 has them too.

// penalties are those of a config.
type penalties struct {
	net   *net
	rows  *pass         // forward over the penalised rows, backward from 1
	tail  *pass         // the tangents
	slope *tensor.Dense // g (rows, in)
	terms []penalty
}

// penalty is one of them, on one group.
type penalty struct {
	t, g           *tensor.Dense // (rows, in): the group's tangents t_0 and gradients
	norm           *tensor.Dense // (rows)
	stats          *tensor.Dense // (2)
	weight, centre float32
}

// newPenalties takes the pairs of results that the penalties are noted in.
func newPenalties(al *allocator, d *discriminator, results []*tensor.Dense) *penalties {
	g, c := d.groups, d.config
	p := &penalties{net: d.net,
		rows: d.over(al, 0, g.penalised, 2),
		tail: d.over(al, g.shown, g.penalised, 2)}
	if al.err != nil {
		return p
	}
	al.upload(p.rows.dOut(), slices.Repeat([]float32{1}, g.penalised*g.rows))
	p.slope = al.floats(p.rows.in[0].Shape()...)
	add := func(group, at int, weight float64, centre float32) {
		cut := func(t *tensor.Dense) *tensor.Dense { return al.rows(t, group*g.rows, g.rows) }
		p.terms = append(p.terms, penalty{cut(p.tail.in[0]), cut(p.slope), al.floats(g.rows), results[at/2], float32(weight), centre})
	}
	if g.point > 0 {
		add(0, pointStat, c.GPWeight, 1)
	}
	if c.R1 > 0 {
		add(g.real, r1Stat, c.R1/2, 0)
	}
	if c.R2 > 0 {
		add(g.drawn, r2Stat, c.R2/2, 0)
	}
	return p
}

// find follows D's forward pass: it computes the gradients, notes the penalties and
// leaves t_0.
func (p *penalties) find() error {
	dev := p.net.dev
	if err := p.rows.backward(false); err != nil {
		return err
	}
	if err := p.rows.inputGradient(p.slope); err != nil {
		return err
	}
	for _, t := range p.terms {
		if err := kernels.RowPenalty(dev, t.t, t.norm, t.g, t.weight, t.centre); err != nil {
			return err
		}
		if err := kernels.RowLoss(dev, t.stats, t.norm, t.weight, t.centre); err != nil {
			return err
		}
	}
	return p.rows.dropout.drop(p.tail.in[0], 0, p.rows.first)
}

// tangents takes t_0 up the net as far as the last layer reads.
func (p *penalties) tangents() error {
	dev := p.net.dev
	for i, l := range p.net.layers[:len(p.net.layers)-1] {
		if err := dev.MatMul(p.tail.a[i], p.tail.in[i], l.weight.value, false, false); err != nil {
			return err
		}
		if err := l.act.tangent(dev, p.tail.y[i], p.tail.a[i], p.rows.scratch[i], p.rows.runs[i], p.rows.y[i], p.rows.a[i]); err != nil {
			return err
		}
		if err := p.rows.dropout.drop(p.tail.y[i], i+1, p.rows.first); err != nil {
			return err
		}
	}
	return nil
}
