package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// SpectralNorm returns weights w divided by an estimate of their largest singular value, in w's shape, and
// the next estimate of the singular vector u (cols, 1). Here w is a matrix M (rows, cols), whose columns are
// the last dimension of w. One step of the power method goes from u (cols) to v, next and sigma:
//
//	v = M·u/|M·u|    next = Mᵀ·v/|Mᵀ·v|    sigma = nextᵀ·Mᵀ·v = |Mᵀ·v|
//
// The gradient at w takes v and next as constants: see kernels.SpectralGrad.
func (b *Builder) SpectralNorm(w, u *Value) (divided, next *Value) {
	cols := w.Shape[len(w.Shape)-1]
	if u.Size() != cols {
		b.fail("spectral_norm: a singular vector of type %v for weights of type %v, want %d values", u.Type, w.Type, cols)
	}
	out := b.Apply(spectralNorm{}, b.Reshape(w, w.Size()/cols, cols), b.Reshape(u, cols, 1))
	return b.Reshape(out[0], w.Shape...), out[1]
}

// spectralNorm has the outputs w/sigma (rows, cols), next (cols, 1), v (rows, 1) and sigma (1).
type spectralNorm struct{}

func (spectralNorm) Name() string { return "spectral_norm" }

func (spectralNorm) Infer(in []*Value) ([]Type, error) {
	rows, cols := in[0].Rows(), in[0].Cols()
	return []Type{in[0].Type, floats(cols, 1), floats(rows, 1), floats(1)}, wantMatrix(in[0])
}

// Traits: the scratch is M·u, its length, and Mᵀ·v.
func (spectralNorm) Traits() Traits {
	return Traits{Scratch: func(n *Node) []Type {
		return []Type{n.Out[2].Type, floats(1), n.Out[1].Type}
	}}
}

func (spectralNorm) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	divided, u, v, sigma := n.Out[0], n.Out[1], n.Out[2], n.Out[3]
	return []*Value{b.Apply(spectralGrad{}, d[0], divided, u, v, sigma)[0], nil}
}

func (spectralNorm) Launch(dev kernels.Device, m Memory) error {
	w, u, divided, next, v, sigma := m.In[0], m.In[1], m.Out[0], m.Out[1], m.Out[2], m.Out[3]
	for _, f := range []func() error{
		func() error { return dev.MatMul(m.Scratch[0], w, u, false, false) },
		func() error { return kernels.UnitVector(dev, v, m.Scratch[1], m.Scratch[0]) },
		func() error { return dev.MatMul(m.Scratch[2], w, v, true, false) },
		func() error { return kernels.UnitVector(dev, next, sigma, m.Scratch[2]) },
	} {
		if err := f(); err != nil {
			return err
		}
	}
	return kernels.Divide(dev, divided, w, sigma)
}

// spectralGrad computes the gradient at the weights of spectralNorm, from d, the divided weights, both
// singular vectors and sigma.
type spectralGrad struct{}

func (spectralGrad) Name() string { return "spectral_grad" }

func (spectralGrad) Infer(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) {
		return nil, fmt.Errorf("a gradient of type %v at weights of type %v, want the same", in[0].Type, in[1].Type)
	}
	return []Type{in[0].Type}, nil
}

// Traits: the scratch is the sum of d times the divided weights, and its partial sums if there are several.
func (spectralGrad) Traits() Traits {
	return Traits{Scratch: func(n *Node) []Type {
		all := []Type{floats(1)}
		if partials := kernels.DotPartials(n.In[0].Size()); partials > 1 {
			all = append(all, floats(partials))
		}
		return all
	}}
}

func (spectralGrad) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (spectralGrad) Launch(dev kernels.Device, m Memory) error {
	var partial *tensor.Dense
	if len(m.Scratch) > 1 {
		partial = m.Scratch[1]
	}
	if err := kernels.Dot(dev, m.Scratch[0], partial, m.In[0], m.In[1]); err != nil {
		return err
	}
	return kernels.SpectralGrad(dev, m.Out[0], m.In[0], m.Scratch[0], m.In[3], m.In[2], m.In[4])
}
