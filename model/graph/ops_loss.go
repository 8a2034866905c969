package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// A loss is a mean over a batch of logits. Its output (2) is its value and another number, which
// the documentation of its kernel explains. A seed of Grad can be such an output. The kernel also
// computes the gradient at the logits.

// BCELogits returns weight times the cross-entropy of logits and a target: see kernels.BCELogits.
func (b *Builder) BCELogits(logits *Value, target, weight float32) *Value {
	return b.loss("bce_logits", func(dev kernels.Device, m Memory) error {
		return kernels.BCELogits(dev, m.Out[0], m.Out[1], m.In[0], target, weight)
	}, logits)
}

// LeastSquares returns weight times the squared distance of logits from a target: see
// kernels.LeastSquares.
func (b *Builder) LeastSquares(logits *Value, target, weight float32) *Value {
	return b.loss("least_squares", func(dev kernels.Device, m Memory) error {
		return kernels.LeastSquares(dev, m.Out[0], m.Out[1], m.In[0], target, weight)
	}, logits)
}

// Hinge returns the mean of max(0, 1-sign·logit): see kernels.Hinge.
func (b *Builder) Hinge(logits *Value, sign float32) *Value {
	return b.loss("hinge", func(dev kernels.Device, m Memory) error {
		return kernels.Hinge(dev, m.Out[0], m.Out[1], m.In[0], sign)
	}, logits)
}

// Mean returns weight times the mean of the logits: see kernels.Wasserstein.
func (b *Builder) Mean(logits *Value, weight float32) *Value {
	return b.loss("wasserstein", func(dev kernels.Device, m Memory) error {
		return kernels.Wasserstein(dev, m.Out[0], m.Out[1], m.In[0], weight)
	}, logits)
}

// Pairing returns the mean of softplus(y-x) over pairs of logits: see kernels.Pairing.
func (b *Builder) Pairing(x, y *Value) *Value {
	return b.loss("pairing", func(dev kernels.Device, m Memory) error {
		return kernels.Pairing(dev, m.Out[0], m.Out[1], m.Out[2], m.In[0], m.In[1])
	}, x, y)
}

// SoftmaxLogits returns weight times the cross-entropy of the softmax of logits and a target, a one-hot vector
// in each row: see kernels.SoftmaxLogits. No gradient flows to the target.
func (b *Builder) SoftmaxLogits(logits, target *Value, weight float32) *Value {
	return b.Apply(loss{name: "softmax_logits", launch: func(dev kernels.Device, m Memory) error {
		return kernels.SoftmaxLogits(dev, m.Out[0], m.Out[1], m.In[0], m.In[1], weight)
	}, data: 1}, logits, target)[0]
}

// Penalty returns weight times the mean of (|g|-centre)² over the rows of g: see
// kernels.RowPenalty and kernels.RowLoss.
func (b *Builder) Penalty(g *Value, weight, centre float32) *Value {
	return b.Apply(loss{name: "row_penalty", launch: func(dev kernels.Device, m Memory) error {
		if err := kernels.RowPenalty(dev, m.Out[1], m.Scratch[0], m.In[0], weight, centre); err != nil {
			return err
		}
		return kernels.RowLoss(dev, m.Out[0], m.Scratch[0], weight, centre)
	}, scratch: func(n *Node) []Type { return []Type{floats(n.In[0].Rows())} }}, g)[0]
}

func (b *Builder) loss(name string, launch func(kernels.Device, Memory) error, in ...*Value) *Value {
	return b.Apply(loss{name: name, launch: launch}, in...)[0]
}

// loss has these outputs: its pair of numbers, and the gradient at each input that is no data.
type loss struct {
	name    string
	launch  func(dev kernels.Device, m Memory) error
	scratch func(n *Node) []Type
	data    int // the number of inputs, the last ones, that no gradient flows to
}

func (o loss) Name() string                              { return o.name }
func (o loss) Traits() Traits                            { return Traits{Scratch: o.scratch} }
func (o loss) Launch(dev kernels.Device, m Memory) error { return o.launch(dev, m) }

func (o loss) Infer(in []*Value) ([]Type, error) {
	types := []Type{floats(2)}
	for i, v := range in {
		if v.Elem != tensor.Float32 || v.Size() != in[0].Size() {
			return nil, fmt.Errorf("inputs of types %v and %v, want the same number of floats", in[0].Type, v.Type)
		}
		if i < len(in)-o.data {
			types = append(types, v.Type)
		}
	}
	return types, nil
}

func (o loss) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	if d[0] != b.one {
		b.terminal(n)
	}
	return n.Out[1:]
}

// isLoss tells whether the first output of n is the pair of numbers of a loss.
func isLoss(n *Node) bool {
	_, ok := n.Op.(loss)
	return ok
}
