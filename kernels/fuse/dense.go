package fuse

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/dense"
	"gorgan/kernels/tape"
)

// products gives the products for which a tile is chosen to its kernels, each with what comes before
// and after the product, as far as the tile has a kernel for that:
//
//	uniform ─► x·w ─► class_bias ─► bias_relu        dense_noise_classes
//	dy·wᵀ ─► relu_grad                               dense_backward ─► linear_grad
//	x·w ─► relu_grad                                 dense_masked ─► linear_grad
//	xᵀ·dy, linear_grad ─► adam_finite                dense_update
func (d *draft) products() {
	d.each(func(i int, c tape.Call) bool {
		if !c.IsProduct() {
			return false
		}
		p := c.Product
		tile, ok := d.Choose(p)
		m, n, k := p.Dims()
		if !ok || !tile.Fits(m, n, k, p.TA, p.TB) || !dense.Aligned(p.Dst, p.A, p.B) {
			return false
		}
		switch {
		case p.TA && p.TB:
			return false
		case p.TA:
			return !d.shards && d.weights(i, tile) || d.plain(i, tile, dense.ProductTN)
		case p.TB:
			return d.masked(i, tile, dense.Backward) || d.plain(i, tile, dense.ProductNT)
		}
		return d.layer(i, tile) || d.masked(i, tile, dense.Masked) || d.plain(i, tile, dense.ProductNN)
	})
}

// activations are the kernels of activations, and those of their gradients.
var activations = map[string]dense.Activation{
	"bias_linear": dense.Linear, "bias_relu": dense.ReLU, "bias_sigmoid": dense.Sigmoid, "bias_tanh": dense.Tanh,
	"relu_grad": dense.ReLU, "sigmoid_grad": dense.Sigmoid, "tanh_grad": dense.Tanh,
}

// activation returns the first call from number from on that is one of the kernels and whose first
// tensor is y. Its slope is 0 if it has none. at is -1 if there is none.
func (d *draft) activation(from int, y *tensor.Dense, names ...string) (at int, act dense.Activation, slope float32) {
	at = -1
	for _, name := range names {
		if i := d.next(from, name, func(a kernels.Args) bool { return same(a.Tensors[0], y) }); i >= 0 && (at < 0 || i < at) {
			at, act = i, activations[name]
		}
	}
	if at >= 0 && len(d.calls[at].Args.Scalars) > 0 {
		slope = d.calls[at].Args.Scalars[0]
	}
	return at, act, slope
}

// layer makes one launch of product i and of what makes it a layer.
func (d *draft) layer(i int, tile dense.Tile) bool {
	p := d.calls[i].Product
	at, act, slope := d.activation(i, p.Dst, "bias_linear", "bias_relu", "bias_sigmoid", "bias_tanh")
	if at < 0 {
		return false
	}
	old := []int{i, at}
	m, n, k := p.Dims()
	kind, sizes := dense.Forward, []int{m, n, k}
	tail := []*tensor.Dense{p.B, d.calls[at].Args.Tensors[1]}
	if c := d.next(i, "class_bias", func(a kernels.Args) bool { return same(a.Tensors[0], p.Dst) }); c >= 0 && c < at {
		a := d.calls[c].Args
		kind, old = dense.Classes, append(old, c)
		tail, sizes = append(tail, a.Tensors[1], a.Tensors[2]), append(sizes, a.Sizes[2])
	}
	if !dense.Aligned(tail[:min(len(tail), 3)]...) {
		return false
	}
	layer := func(kind dense.Kind, head []*tensor.Dense, sizes ...int) (tape.Call, bool) {
		return call(tile, kind, append(head, tail...), []float32{slope}, append(sizes, int(act)))
	}
	noise := d.next(0, "uniform", func(a kernels.Args) bool { return same(a.Tensors[0], p.A) })
	if noise >= 0 && noise < i {
		u := d.calls[noise].Args
		kind := map[dense.Kind]dense.Kind{dense.Forward: dense.Noise, dense.Classes: dense.NoiseClasses}[kind]
		c, ok := layer(kind, []*tensor.Dense{p.Dst, p.A, u.Tensors[1], u.Tensors[2]}, append(sizes[:len(sizes):len(sizes)], u.Sizes[1])...)
		if ok && d.replace(append(old[:len(old):len(old)], noise), c) {
			return true
		}
	}
	c, ok := layer(kind, []*tensor.Dense{p.Dst, p.A}, sizes...)
	return ok && d.replace(old, c)
}

// masked makes one launch of product i and of the gradient of an activation after it. The sums of the
// columns become a launch of their own, for weights or for nobody.
func (d *draft) masked(i int, tile dense.Tile, kind dense.Kind) bool {
	p := d.calls[i].Product
	at, act, slope := d.activation(i, p.Dst, "relu_grad", "sigmoid_grad", "tanh_grad")
	if at < 0 {
		return false
	}
	m, n, k := p.Dims()
	t := d.calls[at].Args.Tensors
	dy, dbias, y := t[0], t[1], t[2]
	c, ok := call(tile, kind, []*tensor.Dense{p.Dst, p.A, p.B, y}, []float32{slope}, []int{m, n, k, int(act)})
	if !ok || !dense.Aligned(y) {
		return false
	}
	sums := d.launched(func(dev kernels.Device) error { return kernels.LinearGrad(dev, dbias, nil, dy) })
	return d.replace([]int{i, at}, append([]tape.Call{c}, sums...)...)
}

// plain makes a launch of product i alone.
func (d *draft) plain(i int, tile dense.Tile, kind dense.Kind) bool {
	p := d.calls[i].Product
	m, n, k := p.Dims()
	c, ok := call(tile, kind, []*tensor.Dense{p.Dst, p.A, p.B}, nil, []int{m, n, k})
	return ok && d.replace([]int{i}, c)
}

// call returns the launch of a tile's kernel. ok is false if the tile does not have it.
func call(tile dense.Tile, kind dense.Kind, tensors []*tensor.Dense, scalars []float32, sizes []int) (c tape.Call, ok bool) {
	k := tile.Kernel(kind)
	return tape.Call{Kernel: k, Args: kernels.Args{Tensors: tensors, Scalars: scalars, Sizes: sizes}}, k != nil
}
