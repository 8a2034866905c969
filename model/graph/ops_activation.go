package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// BiasLinear returns x + bias, for x (rows, cols) and bias (cols).
func (b *Builder) BiasLinear(x, bias *Value) *Value {
	return b.Apply(biasAct{"bias_linear", kernels.BiasLinear, columnGrad}, x, bias)[0]
}

// BiasTanh returns tanh(x + bias), for x (rows, cols) and bias (cols).
func (b *Builder) BiasTanh(x, bias *Value) *Value {
	return b.Apply(biasAct{"bias_tanh", kernels.BiasTanh, tanhGrad}, x, bias)[0]
}

// BiasSigmoid returns the logistic function of x + bias, for x (rows, cols) and bias (cols).
func (b *Builder) BiasSigmoid(x, bias *Value) *Value {
	return b.Apply(biasAct{"bias_sigmoid", kernels.BiasSigmoid, sigmoidGrad}, x, bias)[0]
}

// BiasReLU returns max(v,0) + slope·min(v,0) with v = x + bias, for x (rows, cols) and bias (cols).
func (b *Builder) BiasReLU(x, bias *Value, slope float32) *Value {
	return b.Apply(biasReLU{slope}, x, bias)[0]
}

// biasAct is an activation whose gradient is a function of its output.
type biasAct struct {
	name    string
	forward func(dev kernels.Device, y, bias *tensor.Dense) error
	grad    func(b *Builder, d, y *Value) (dx, dBias *Value)
}

func (o biasAct) Name() string                      { return o.name }
func (o biasAct) Infer(in []*Value) ([]Type, error) { return inferBias(in) }
func (o biasAct) Traits() Traits                    { return biasTraits }

func (o biasAct) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	dx, dBias := o.grad(b, d[0], n.Out[0])
	return []*Value{dx, dBias}
}

func (o biasAct) Launch(dev kernels.Device, m Memory) error {
	return o.forward(dev, m.Out[0], m.In[1])
}

type biasReLU struct{ slope float32 }

func (o biasReLU) Name() string                      { return "bias_relu" }
func (o biasReLU) Infer(in []*Value) ([]Type, error) { return inferBias(in) }
func (o biasReLU) Traits() Traits                    { return biasTraits }

func (o biasReLU) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return b.Apply(reluGrad(o), d[0], n.Out[0])
}

func (o biasReLU) Launch(dev kernels.Device, m Memory) error {
	return kernels.BiasReLU(dev, m.Out[0], m.In[1], o.slope)
}

// biasTraits are the traits of an operation from x and bias to y.
var biasTraits = Traits{InPlace: []int{0}, RowsIn: []bool{true, false}, RowsOut: []bool{true}}

func inferBias(in []*Value) ([]Type, error) {
	if err := wantMatrix(in[0]); err != nil {
		return nil, err
	}
	if got, want := in[1].Size(), in[0].Cols(); got != want {
		return nil, fmt.Errorf("a bias of %d, want %d", got, want)
	}
	return []Type{in[0].Type}, nil
}

// The gradients of the activations, at x and at bias. Where x is (rows, cols), the
// gradient at bias is the sum over the rows.

func columnGrad(b *Builder, d, _ *Value) (dx, dBias *Value) { return d, b.Apply(columnSum{}, d)[0] }

func tanhGrad(b *Builder, d, y *Value) (dx, dBias *Value) {
	out := b.Apply(curvedGrad{"tanh_grad", kernels.TanhGrad, false}, d, y)
	return out[0], out[1]
}

func sigmoidGrad(b *Builder, d, y *Value) (dx, dBias *Value) {
	out := b.Apply(curvedGrad{"sigmoid_grad", kernels.SigmoidGrad, true}, d, y)
	return out[0], out[1]
}

// gradTraits are the traits of an operation from d and y to dx and dBias.
var gradTraits = Traits{InPlace: []int{0, -1}, RowsIn: []bool{true, true}, RowsOut: []bool{true, false}, Scratch: partials(0)}

func inferGrad(in []*Value) ([]Type, error) {
	if !in[0].Type.equal(in[1].Type) {
		return nil, fmt.Errorf("a gradient of type %v at an output of type %v, want the same", in[0].Type, in[1].Type)
	}
	return []Type{in[0].Type, floats(in[0].Cols())}, nil
}

// partials returns the scratch of a sum over the rows of input i of a node: a row for each partial
// sum, if there are several. See kernels.GradPartials.
func partials(i int) func(n *Node) []Type {
	return func(n *Node) []Type {
		if runs := kernels.GradPartials(n.In[i].Rows()); runs > 1 {
			return []Type{floats(runs, n.In[i].Cols())}
		}
		return nil
	}
}

// runs returns that scratch, or nil if there is one partial sum.
func (m Memory) runs() *tensor.Dense {
	if len(m.Scratch) == 0 {
		return nil
	}
	return m.Scratch[0]
}

// curvedGrad is the gradient of an activation that is not linear in pieces: d·slope(y), and the sum of this
// over the rows. The slope is y - y² if linear is true, and 1 - y² otherwise.
type curvedGrad struct {
	name   string
	launch func(dev kernels.Device, d, dBias, runs, y *tensor.Dense) error
	linear bool
}

func (o curvedGrad) Name() string                      { return o.name }
func (o curvedGrad) Infer(in []*Value) ([]Type, error) { return inferGrad(in) }
func (o curvedGrad) Traits() Traits                    { return gradTraits }

// Gradient is that of d·slope(y): linear in d, so that the gradient there is the operation itself.
func (o curvedGrad) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	product := b.Mul(d[0], n.In[0], 1)
	atY := b.Mul(product, n.In[1], -2)
	if o.linear {
		atY = b.Add(atY, product)
	}
	return []*Value{b.Apply(o, d[0], n.In[1])[0], atY}
}

func (o curvedGrad) Launch(dev kernels.Device, m Memory) error {
	return o.launch(dev, m.Out[0], m.Out[1], m.runs(), m.In[1])
}

// reluGrad computes d where y > 0 and slope·d elsewhere, and the sum of this over the rows. It
// depends only on the sign of y, so it is linear in d and is its own gradient.
type reluGrad struct{ slope float32 }

func (o reluGrad) Name() string                      { return "relu_grad" }
func (o reluGrad) Infer(in []*Value) ([]Type, error) { return inferGrad(in) }
func (o reluGrad) Traits() Traits                    { return gradTraits }

func (o reluGrad) Gradient(b *Builder, n *Node, d []*Value) []*Value {
	return []*Value{b.Apply(o, d[0], n.In[1])[0], nil}
}

func (o reluGrad) Launch(dev kernels.Device, m Memory) error {
	return kernels.ReLUGrad(dev, m.Out[0], m.Out[1], m.runs(), m.In[1], o.slope)
}

// columnSum returns the sum (cols) over the rows of d (rows, cols).
type columnSum struct{}

func (columnSum) Name() string { return "linear_grad" }

func (columnSum) Infer(in []*Value) ([]Type, error) {
	return []Type{floats(in[0].Cols())}, wantMatrix(in[0])
}

func (columnSum) Traits() Traits { return Traits{Scratch: partials(0)} }

func (columnSum) Gradient(b *Builder, n *Node, _ []*Value) []*Value {
	b.terminal(n)
	return nil
}

func (columnSum) Launch(dev kernels.Device, m Memory) error {
	return kernels.LinearGrad(dev, m.Out[0], m.runs(), m.In[0])
}
