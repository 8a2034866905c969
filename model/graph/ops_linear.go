package graph

import (
	"fmt"

	"gorgan/kernels"
)

// MatMul returns op(a)·op(b) (m,n), for op(a) (m,k) and op(b) (k,n). op is the transpose if tA or
// tB is true.
func (b *Builder) MatMul(x, y *Value, tA, tB bool) *Value { return b.Apply(matMul{tA, tB}, x, y)[0] }

type matMul struct{ tA, tB bool }

func (o matMul) Name() string {
	letter := map[bool]string{false: "N", true: "T"}
	return "matmul " + letter[o.tA] + letter[o.tB]
}

func (o matMul) Infer(in []*Value) ([]Type, error) {
	for _, v := range in {
		if err := wantMatrix(v); err != nil {
			return nil, err
		}
	}
	m, k := in[0].Shape[0], in[0].Shape[1]
	if o.tA {
		m, k = k, m
	}
	l, n := in[1].Shape[0], in[1].Shape[1]
	if o.tB {
		l, n = n, l
	}
	if k != l {
		return nil, fmt.Errorf("(%d,%d) by (%d,%d), want as many columns of the first as rows of the second", m, k, l, n)
	}
	return []Type{floats(m, n)}, nil
}

func (o matMul) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	x, y, g := n.In[0], n.In[1], d[0]
	switch o {
	case matMul{false, false}:
		return []*Value{b.MatMul(g, y, false, true), b.MatMul(x, g, true, false)}
	case matMul{false, true}:
		return []*Value{b.MatMul(g, y, false, false), b.MatMul(g, x, true, false)}
	case matMul{true, false}:
		return []*Value{b.MatMul(y, g, false, true), b.MatMul(x, g, false, false)}
	}
	return []*Value{b.MatMul(y, g, true, true), b.MatMul(g, x, true, true)}
}

func (o matMul) Launch(dev kernels.Device, m Memory) error {
	return dev.MatMul(m.Out[0], m.In[0], m.In[1], o.tA, o.tB)
}

// A row of the product depends on the same row of the first matrix, unless that matrix is
// transposed.
func (o matMul) Traits() Traits {
	if o.tA {
		return Traits{}
	}
	return Traits{RowsIn: []bool{true, false}, RowsOut: []bool{true}}
}

// Mul returns factor·x·y, element by element, for values of the same shape.
func (b *Builder) Mul(x, y *Value, factor float32) *Value { return b.Apply(mul{factor}, x, y)[0] }

type mul struct{ factor float32 }

func (mul) Name() string { return "mul" }

func (mul) Infer(in []*Value) ([]Type, error) { return add{}.Infer(in) }

func (o mul) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.Apply(o, d[0], n.In[1])[0], b.Apply(o, d[0], n.In[0])[0]}
}

func (o mul) Launch(dev kernels.Device, m Memory) error {
	return kernels.Mul(dev, m.Out[0], m.In[0], m.In[1], o.factor)
}

func (mul) Traits() Traits { return Traits{RowsIn: []bool{true, true}, RowsOut: []bool{true}} }

// Affine returns factor·x + offset, element by element.
func (b *Builder) Affine(x *Value, factor, offset float32) *Value {
	return b.Apply(affine{factor, offset}, x)[0]
}

type affine struct{ factor, offset float32 }

func (affine) Name() string { return "affine" }

func (affine) Infer(in []*Value) ([]Type, error) { return []Type{in[0].Type}, wantMatrix(in[0]) }

func (o affine) Gradient(b *Builder, _ *Node, d []*Value) []*Value {
	return []*Value{b.Affine(d[0], o.factor, 0)}
}

func (o affine) Launch(dev kernels.Device, m Memory) error {
	return kernels.Affine(dev, m.Out[0], m.In[0], o.factor, o.offset)
}

func (affine) Traits() Traits { return columnTraits }

// Add returns x + y, for values of the same shape.
func (b *Builder) Add(x, y *Value) *Value {
	if v := b.joined(x, y); v != nil {
		return v
	}
	return b.Apply(add{}, x, y)[0]
}

// Sub returns x - y, for matrices of the same shape.
func (b *Builder) Sub(x, y *Value) *Value {
	return b.Add(b.Mul(y, b.Ones(y.Rows(), y.Cols()), -1), x)
}

type add struct{}

func (add) Name() string { return "add" }

func (add) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) {
		return nil, fmt.Errorf("types %v and %v, want the same", in[0].Type, in[1].Type)
	}
	return []Type{in[0].Type}, nil
}

func (add) Gradient(_ *Builder, _ *Node, d []*Value) []*Value { return []*Value{d[0], d[0]} }

func (add) Launch(dev kernels.Device, m Memory) error { return kernels.Add(dev, m.Out[0], m.In[1]) }

func (add) Traits() Traits {
	return Traits{InPlace: []int{0}, RowsIn: []bool{true, true}, RowsOut: []bool{true}}
}
