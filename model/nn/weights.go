package nn

import (
	"math"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/streams"
)

// Weights are the parameters of a net on a device.
type Weights struct {
	*Net
	Values, Grads *tensor.Dense // (Size) each, in the order of Tensors
	Tensors       []Tensor
	dev           kernels.Device
}

// New returns the net's parameters in new memory of dev, all 0. The memory is free only after dev is
// closed. New returns dev's error.
func (n *Net) New(dev kernels.Device) (*Weights, error) {
	values, err := dev.New(tensor.Float32, n.Size())
	if err != nil {
		return nil, err
	}
	grads, err := dev.New(tensor.Float32, n.Size())
	if err != nil {
		return nil, err
	}
	return n.Over(dev, values, grads)
}

// Over returns the net's parameters in the memory values (Size), with their gradients in grads
// (Size). Both belong to the caller. Over returns dev's error.
func (n *Net) Over(dev kernels.Device, values, grads *tensor.Dense) (*Weights, error) {
	w := &Weights{Net: n, Values: values, Grads: grads, dev: dev}
	w.Tensors, _ = n.Layout()
	for i := range w.Tensors {
		t := &w.Tensors[i]
		var err error
		if t.Value, err = dev.View(values, t.Offset, t.Shape...); err != nil {
			return nil, err
		}
		if t.Grad, err = dev.View(grads, t.Offset, t.Shape...); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Apply appends the net to p.Builder and returns its output.
func (w *Weights) Apply(p *Pass, x *graph.Value) *graph.Value {
	outputs := w.Outputs(p, x)
	return outputs[len(outputs)-1]
}

// Outputs appends the net to p.Builder and returns the output of each layer.
func (w *Weights) Outputs(p *Pass, x *graph.Value) []*graph.Value {
	return Shards{w}.Outputs([]*Pass{p}, []*graph.Value{x})[0]
}

// params returns the parameters of each layer as values of a graph.
func (w *Weights) params(b *graph.Builder) [][]*graph.Value {
	params := make([][]*graph.Value, len(w.Layers))
	for i, l := range w.Layers {
		params[i] = make([]*graph.Value, len(l.Params()))
	}
	for i, v := range w.Leaves(b) {
		params[w.Tensors[i].layer][w.Tensors[i].number] = v
	}
	return params
}

// Leaves returns the parameters as values of a graph, in the order of Tensors.
func (w *Weights) Leaves(b *graph.Builder) []*graph.Value {
	var all []*graph.Value
	for _, t := range w.Tensors {
		all = append(all, b.Leaf(t.Name, t.Value))
	}
	return all
}

// StoreGrad appends the gradient of the seeds' sum at the parameters, and stores it in w.Grads.
func (w *Weights) StoreGrad(b *graph.Builder, seeds []graph.Seed) { Shards{w}.StoreGrad(b, seeds) }

// Initialize sets the weights to random numbers and the biases to 0, as well as a weight that says so. A parameter with a deviation of
// its own is normal with that, around its start; a Unit one is
// then divided by its length. Otherwise, if scale is above 0, the weights are uniform on [-scale, scale).
// Otherwise they are normal with standard deviation
// sqrt(2/in): He et al., "Delving deep into rectifiers: surpassing human-level performance on
// ImageNet classification" (2015), section 2.2. first is the number of the first weight's stream
// in streams.Weights. It returns the error of the device.
func (w *Weights) Initialize(seed uint64, first kernels.Stream, scale float64) error {
	key := kernels.Key(seed)
	for _, t := range w.Tensors {
		values := make([]float32, tensor.Shape(t.Shape).TotalSize())
		stream := streams.Weights + first + t.Stream
		switch {
		case t.Zero:
		case t.Deviation > 0:
			kernels.Normal(values, t.Deviation, key, stream)
		case t.In == 0:
		case scale > 0:
			kernels.Uniform(values, key, stream, 0)
			for i := range values {
				values[i] *= float32(scale)
			}
		default:
			kernels.Normal(values, 1/math.Sqrt(float64(t.In)/2), key, stream)
		}
		if t.Unit {
			length := math.Sqrt(kernels.SumSquares(values))
			for i, v := range values {
				values[i] = float32(float64(v) / length)
			}
		}
		if t.Start != 0 {
			for i := range values {
				values[i] += float32(t.Start)
			}
		}
		if err := w.dev.Upload(t.Value, values); err != nil {
			return err
		}
	}
	return nil
}

// OutputBias returns the bias of the last layer.
func (w *Weights) OutputBias() *tensor.Dense {
	bias := w.Tensors[0].Value
	for _, t := range w.Tensors {
		if t.In == 0 && !t.Fixed {
			bias = t.Value
		}
	}
	return bias
}
