package project

import (
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model"
	"gorgan/model/graph"
	"gorgan/model/nn"
	"gorgan/model/optim"
)

// rows is the number of descents at once. It is fixed, so that a descent does not depend on how many
// there are. The last batch is padded.
const rows = 64

// descent is rows descents at once, each on the squared distance of its row from its target, by Adam. The
// noise is the parameter; the generator's weights are not.
type descent struct {
	dev             kernels.Device
	steps           int
	dim, values     int           // of a row of the generator's input; of an image
	noise           *nn.Weights   // of the net variable
	codes           *tensor.Dense // (rows, codes), which stay, nil for none
	target          *tensor.Dense
	labels          *tensor.Dense // nil without classes
	stepCount       *tensor.Dense
	step            kernels.Step
	adam            optim.Optimizer
	program         *graph.Program
	zeros, negative []float32 // of the moments; of the target
}

// variable is a net whose only parameter is its output, (rows, dim).
type variable struct{ dim int }

func (v variable) Params() []nn.Param {
	return []nn.Param{{Name: "noise", Shape: []int{rows, v.dim}}}
}

func (v variable) Apply(_ *nn.Pass, w []*graph.Value, _ *graph.Value) *graph.Value { return w[0] }

// adamConstants are the usual ones of Adam.
func adamConstants() optim.AdamConstants {
	return optim.AdamConstants{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}
}

func newDescent(dev kernels.Device, gen *model.Generator, o Options) (*descent, error) {
	c := gen.Config
	d := &descent{dev: dev, steps: o.Steps, dim: c.InputDim(), values: c.Values()}
	var err error
	if d.noise, err = (&nn.Net{Name: "projection", Layers: []nn.Layer{variable{c.NoiseDim}}}).New(dev); err != nil {
		return nil, err
	}
	if d.target, err = dev.New(tensor.Float32, rows, d.values); err != nil {
		return nil, err
	}
	if codes := c.InputDim() - c.NoiseDim; codes > 0 {
		if d.codes, err = dev.New(tensor.Float32, rows, codes); err != nil {
			return nil, err
		}
	}
	if c.Classes > 0 {
		if d.labels, err = dev.New(tensor.Uint32, rows); err != nil {
			return nil, err
		}
	}
	if d.stepCount, err = dev.New(tensor.Uint32, 1); err != nil {
		return nil, err
	}
	rate, err := optim.Ramp(dev, d.stepCount, float32(o.Rate*c.NoiseScale), 0, o.Steps)
	if err != nil {
		return nil, err
	}
	if d.adam, err = optim.NewAdam(dev, d.noise, rate, d.stepCount, 1, adamConstants()); err != nil {
		return nil, err
	}
	d.zeros, d.negative = make([]float32, d.noise.Size()), make([]float32, rows*d.values)
	d.program, err = graph.New(dev, func(b *graph.Builder) {
		b.Update("tick", func(dev kernels.Device) error { return kernels.Tick(dev, d.stepCount) })
		d.gradient(b, gen)
		b.Update("adam", func(dev kernels.Device) error { return d.adam.Update(dev, 0) })
		b.Update("clip", func(dev kernels.Device) error {
			return kernels.Clip(dev, d.noise.Values, float32(c.NoiseScale))
		})
	})
	if err != nil {
		return nil, err
	}
	scratch, err := d.program.Scratch()
	if err != nil {
		return nil, err
	}
	d.step, err = dev.Record(d.program.Run, scratch...)
	return d, err
}

// gradient appends the gradient, at the noise, of the sum over the rows of the squared distances
// |G(z)-x|². The target is -x, because the graph adds.
func (d *descent) gradient(b *graph.Builder, gen *model.Generator) {
	var labels *graph.Value
	if d.labels != nil {
		labels = b.Leaf("labels", d.labels)
	}
	z := d.noise.Leaves(b)[0]
	if d.codes != nil {
		z = b.Beside(z, b.Leaf("codes", d.codes))
	}
	difference := b.Add(gen.Apply(b, z, labels), b.Leaf("target", d.target))
	d.noise.StoreGrad(b, []graph.Seed{{Of: b.Penalty(difference, rows, 0)}})
}

// run returns the noise (n, dim) at which the descents from noise (n, dim) towards targets (n, values) end,
// for n of at most rows. The slice is new.
func (d *descent) run(noise, targets []float32, labels []uint32) ([]float32, error) {
	if err := d.begin(noise, targets, labels); err != nil {
		return nil, err
	}
	for range d.steps {
		if err := d.step.Run(); err != nil {
			return nil, err
		}
	}
	found := make([]float32, rows*d.noiseDim())
	if err := d.dev.Download(found, d.noise.Tensors[0].Value); err != nil {
		return nil, err
	}
	all := slices.Clone(noise)
	for i := range len(all) / d.dim {
		copy(all[i*d.dim:], found[i*d.noiseDim():][:d.noiseDim()])
	}
	return all, nil
}

// noiseDim returns the number of values of a row that a descent moves.
func (d *descent) noiseDim() int { return d.noise.Tensors[0].Shape[1] }

// begin uploads what a descent begins with.
func (d *descent) begin(noise, targets []float32, labels []uint32) error {
	n := d.noiseDim()
	z, codes := make([]float32, rows*n), make([]float32, rows*(d.dim-n))
	for i := range len(noise) / d.dim {
		row := noise[i*d.dim:][:d.dim]
		copy(z[i*n:], row[:n])
		copy(codes[i*(d.dim-n):], row[n:])
	}
	clear(d.negative)
	for i, v := range targets {
		d.negative[i] = -v
	}
	if err := d.dev.Upload(d.noise.Tensors[0].Value, z); err != nil {
		return err
	}
	if d.codes != nil {
		if err := d.dev.Upload(d.codes, codes); err != nil {
			return err
		}
	}
	if err := d.dev.Upload(d.target, d.negative); err != nil {
		return err
	}
	if err := d.dev.Upload(d.stepCount, []uint32{0}); err != nil {
		return err
	}
	for _, m := range d.adam.Moments() {
		if err := d.dev.Upload(m, d.zeros); err != nil {
			return err
		}
	}
	if d.labels == nil {
		return nil
	}
	all := make([]uint32, rows)
	copy(all, labels)
	return d.dev.Upload(d.labels, all)
}
