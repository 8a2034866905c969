package graph

import "gorgan/kernels"

// Upsampling and downsampling are linear, and each is the gradient of the other.

// Upsample returns images (n, r.Large()), twice as high and wide as the images x (n, r.Small()) and
// multiplied by factor: see kernels.Upsample.
func (b *Builder) Upsample(x *Value, r kernels.Resampling, factor float32) *Value {
	return b.Apply(upsample{r, factor}, x)[0]
}

// Downsample returns the transpose (n, r.Small()) of Upsample, for images y (n, r.Large()): see
// kernels.Downsample.
func (b *Builder) Downsample(y *Value, r kernels.Resampling, factor float32) *Value {
	return b.Apply(downsample{r, factor}, y)[0]
}

type upsample struct {
	kernels.Resampling
	factor float32
}

func (upsample) Name() string   { return "upsample" }
func (upsample) Traits() Traits { return resampleTraits }

func (o upsample) Infer(in []*Value) ([]Type, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	return []Type{floats(in[0].Rows(), o.Large())}, wantImages(in[0], o.Small())
}

func (o upsample) Gradient(b *Builder, _ *Node, d []*Value) []*Value {
	return b.Apply(downsample(o), d[0])
}

func (o upsample) Launch(dev kernels.Device, m Memory) error {
	return kernels.Upsample(dev, m.Out[0], m.In[0], o.Resampling, o.factor)
}

type downsample struct {
	kernels.Resampling
	factor float32
}

func (downsample) Name() string   { return "downsample" }
func (downsample) Traits() Traits { return resampleTraits }

func (o downsample) Infer(in []*Value) ([]Type, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	return []Type{floats(in[0].Rows(), o.Small())}, wantImages(in[0], o.Large())
}

func (o downsample) Gradient(b *Builder, _ *Node, d []*Value) []*Value {
	return b.Apply(upsample(o), d[0])
}

func (o downsample) Launch(dev kernels.Device, m Memory) error {
	return kernels.Downsample(dev, m.Out[0], m.In[0], o.Resampling, o.factor)
}

// resampleTraits are the traits of an operation from images to images.
var resampleTraits = Traits{RowsIn: []bool{true}, RowsOut: []bool{true}}
