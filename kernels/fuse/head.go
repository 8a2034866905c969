package fuse

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// heads makes one launch of the end of a discriminator of one output with the loss BCE: the products
// with a vector, the losses' gradients, and the way back to the last hidden layer. The losses
// themselves, which nothing waits for, are launches of their own:
//
//	h·w ─► bias_linear ─► bce_logits (real) ─► d·wᵀ ─► relu_grad        head ─► bce_loss (real)
//	                 └──► bce_logits (fake) ──┘                            ├──► bce_loss (fake)
//	                                                                       └──► linear_grad
func (d *draft) heads() { d.each(d.head) }

func (d *draft) head(i int, c tape.Call) bool {
	p := c.Product
	if !c.IsProduct() || p.TA || p.TB || p.Dst.Shape()[1] != 1 {
		return false
	}
	b := d.next(i, "bias_linear", func(a kernels.Args) bool { return same(a.Tensors[0], p.Dst) })
	if b < 0 {
		return false
	}
	losses := d.losses(b, p.Dst)
	if losses == nil {
		return false
	}
	last := losses[len(losses)-1]
	dlogits := tape.Span{Lo: tape.SpanOf(d.calls[losses[0]].Args.Tensors[1]).Lo, Hi: tape.SpanOf(d.calls[last].Args.Tensors[1]).Hi}
	back, grad := d.outer(last, p.B, func(u *tensor.Dense) bool { return tape.SpanOf(u) == dlogits })
	if grad < 0 || !same(d.calls[grad].Args.Tensors[2], p.A) {
		return false
	}
	var targets [2]kernels.Target
	for n, l := range losses {
		s := d.calls[l].Args.Scalars
		targets[n] = kernels.Target{T: s[0], Weight: s[1]}
	}
	// Nothing needs the logits after the losses, so the gradient may have their memory in the step as it
	// was recorded. A launch that writes both cannot.
	o, r, logits := d.calls[back].Product, d.calls[grad].Args, p.Dst
	old := append([]int{i, b, back, grad}, losses...)
	if _, inside := within(logits, o.Dst); inside {
		if _, _, ok := d.around(old); !ok {
			return false // before there is memory for nothing
		}
		logits = d.spare(size(logits))
	}
	calls := d.launched(func(dev kernels.Device) error {
		bias, first := d.calls[b].Args.Tensors[1], d.calls[losses[0]].Args.Sizes[0]
		if err := kernels.Head(dev, logits, o.A, o.Dst, p.A, p.B, bias, r.Scalars[0], targets[0], targets[1], first); err != nil {
			return err
		}
		at := 0
		for n, l := range losses {
			a := d.calls[l].Args
			of := d.view(logits, at, size(a.Tensors[2]))
			if err := kernels.BCELoss(dev, a.Tensors[0], of, targets[n].T, targets[n].Weight); err != nil {
				return err
			}
			at += size(of)
		}
		return kernels.LinearGrad(dev, r.Tensors[1], nil, r.Tensors[0])
	})
	return d.replace(old, calls...)
}

// losses returns the one or two calls of bce_logits after call from that together take all logits, in
// the order of the rows, and write their gradients one after the other. It returns nil if there are
// none.
func (d *draft) losses(from int, logits *tensor.Dense) (found []int) {
	rows := 0
	for len(found) < 2 && rows < size(logits) {
		n := d.next(from, "bce_logits", func(a kernels.Args) bool {
			at, ok := within(a.Tensors[2], logits)
			return ok && at == rows
		})
		if n < 0 {
			return nil
		}
		grad := tape.SpanOf(d.calls[n].Args.Tensors[1])
		if len(found) > 0 && grad.Lo != tape.SpanOf(d.calls[found[0]].Args.Tensors[1]).Hi {
			return nil
		}
		found, rows = append(found, n), rows+d.calls[n].Args.Sizes[0]
	}
	if rows != size(logits) {
		return nil
	}
	return found
}

// outers joins the outer product with the weights of an output layer of one unit, which is no product
// worth the name, with the relu_grad after it:
//
//	u·wᵀ ─► relu_grad        outer_grad ─► linear_grad
func (d *draft) outers() {
	d.each(func(i int, c tape.Call) bool {
		if !c.IsProduct() || c.Sizes()[2] != 1 {
			return false
		}
		back, grad := d.outer(i, c.Product.B, func(u *tensor.Dense) bool { return same(u, c.Product.A) })
		if back != i || grad < 0 {
			return false
		}
		r := d.calls[grad].Args
		return d.replace([]int{i, grad}, d.launched(func(dev kernels.Device) error {
			if err := kernels.OuterGrad(dev, c.Product.Dst, c.Product.A, c.Product.B, r.Tensors[2], r.Scalars[0]); err != nil {
				return err
			}
			return kernels.LinearGrad(dev, r.Tensors[1], nil, r.Tensors[0])
		})...)
	})
}

// outer returns the first product u·wᵀ from call from on, of a u that is asked for, and the relu_grad
// that changes it. grad is -1 if there is none.
func (d *draft) outer(from int, w *tensor.Dense, is func(u *tensor.Dense) bool) (back, grad int) {
	for back = from; back < len(d.calls); back++ {
		p := d.calls[back].Product
		if !d.calls[back].IsProduct() || p.TA || !p.TB || d.calls[back].Sizes()[2] != 1 || !same(p.B, w) || !is(p.A) {
			continue
		}
		return back, d.next(back, "relu_grad", func(a kernels.Args) bool { return same(a.Tensors[0], p.Dst) })
	}
	return -1, -1
}
