package layers

import (
	"fmt"
	"slices"
	"strconv"

	"gorgan/kernels"
	"gorgan/model/nn"
)

const (
	// maxNumber is the largest number of layers with parameters. Each has a random stream of its own among
	// those of a net.
	maxNumber = 120
	// maxValues is the largest number of values that a layer may make of an image, and maxProducts of
	// multiplications that it takes for one. More is surely a mistake, and fewer add up without overflow.
	maxValues   = 1 << 36
	maxProducts = 1 << 56
)

// Settings say what a net takes and makes, and what its layers have that the text does not say.
type Settings struct {
	Of        string // the text, for errors: "--gen-layers"
	Name      string // of the net
	Generator bool   // it makes images, and is used without batches; otherwise it judges images
	// Autoencoder means that a net that judges images does so by making them again: it ends with what it takes.
	Autoencoder bool
	// Signed means that the net has images in [-1,1], and takes and makes them in [0,1].
	Signed bool
	In     Shape
	Out    Shape  // zero for any
	Hidden string // the activation of layers that have none in the text
	Output string // that of the last layer, which can have no other
	Parameters
	Classes   int     // the first layer takes labels as one-hot vectors of so many; 0 for none
	Head      Head    // what the last layer of a discriminator makes
	Pack      int     // images side by side in In
	Deviation float64 // of the first weights; 0 for one by the number of a layer's inputs
	Batch     int     // rows of In that are of real images in an update, and as many of fake ones
	// Penalised means that the gradient at the images is penalised, and so is differentiated again.
	Penalised bool
	// Clipped means that all parameters are clipped, so that they cannot have the length of a singular vector.
	Clipped bool
}

// Net is a net with its layers.
type Net struct {
	*nn.Net
	Chain     Chain // with all activations
	Makes     Shape
	Deviation float64 // that of Settings
}

// Build returns the net of c. It returns an error that names the first layer that does not suit s, and says what it
// makes or takes.
func (c Chain) Build(s Settings) (Net, error) {
	b := &builder{Settings: s, shape: s.In, dropped: -1}
	if s.Signed && !s.Generator {
		b.layers = append(b.layers, nn.ToSigned())
	}
	last := c.last()
	if last < 0 {
		return Net{}, fmt.Errorf("%s has no layer with an activation, want one at least, as in `dense %v`", s.Of, s.Out.Values())
	}
	c, err := b.chain(c, "", func(l *Layer, i int) error {
		switch {
		case i > last && l.Branch != nil:
			return b.fault("is the last layer, want one after it with the activation %s, as %s", b.Output, b.outputIs())
		case i == last && l.Activation != "" && l.Activation != b.Output:
			return b.fault("is the last layer with an activation, and that is %s, want %s, as %s", l.Activation, b.Output, b.outputIs())
		case i == last:
			l.Activation = b.Output
			b.last = true
		}
		return nil
	})
	if err == nil {
		err = b.checkOutput()
	}
	if err != nil {
		return Net{}, err
	}
	if s.Signed && (s.Generator || s.Autoencoder) {
		b.layers = append(b.layers, nn.FromSigned())
	}
	if b.Head.Classes > 0 {
		b.layers = append(b.layers, b.Head.labelLogit(b.number-1))
	}
	return Net{&nn.Net{Name: s.Name, Layers: b.layers}, c, b.shape, s.Deviation}, nil
}

type builder struct {
	Settings
	layers  []nn.Layer // of the chain under way
	shape   Shape      // of what the next layer takes
	number  int        // of the next layer with parameters
	dropped int        // the number before which values were dropped last, -1 for none
	last    bool       // the layer under way is the last one with an activation, or comes after it
	at      string     // number of the layer under way in its text: "3", or "3.2" in a branch
	text    string     // of that layer
}

func (b *builder) fault(format string, args ...any) error {
	return fault(b.Of, b.at, b.text, fmt.Sprintf(format, args...))
}

// chain appends the layers of c, and returns c with the activations that its text leaves out. before is what
// stands before the numbers of its layers. ends sets the activation of the last of them.
func (b *builder) chain(c Chain, before string, ends func(l *Layer, i int) error) (Chain, error) {
	c = slices.Clone(c)
	for i := range c {
		l := &c[i]
		b.at, b.text = before+strconv.Itoa(i+1), l.String()
		if err := ends(l, i); err != nil {
			return nil, err
		}
		if l.activated() && l.Activation == "" {
			l.Activation = b.Hidden
		}
		if err := b.layer(l); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// layer appends a layer, which has its activation.
func (b *builder) layer(l *Layer) error {
	w, _ := wordNamed(l.Word)
	if b.number == 0 && b.Pack > 1 && !slices.Contains([]string{"dense", "dropout", "residual"}, l.Word) {
		return b.fault("takes one image and not a pack, want dense where pack is %d", b.Pack)
	}
	if !w.activated {
		return w.build(b, l)
	}
	if b.number >= maxNumber {
		return b.fault("is layer %d with weights, want at most %d", b.number+1, maxNumber)
	}
	a, _ := ActivationNamed(l.Activation)
	if a.OfDense && (b.Generator || l.Word != "dense" || l.has("batch-norm")) {
		return b.fault("has the activation %s, which only dense layers of the discriminator have, without batch-norm", a.Name)
	}
	if b.Penalised && l.has("batch-norm") {
		return b.fault("normalises batches, want no batch-norm where gradients are penalised, as it makes the gradient at an image depend on the other images")
	}
	if b.Clipped && l.has("spectral-norm") {
		return b.fault("divides its weights by their largest singular value, want no spectral-norm with a loss that clips, as that would clip the singular vectors too")
	}
	if l.has("zero") && l.has("spectral-norm") {
		return b.fault("has zero and spectral-norm, want one of them, as weights of 0 cannot be divided by their largest singular value")
	}
	if b.number == 0 && b.Classes > 0 && l.Word != "dense" {
		hint := "" // the generator has no other way
		if !b.Generator && !b.Autoencoder {
			hint = "; --dis-labels logits takes any layer"
		}
		return b.fault("is the first layer, want dense where there are %d classes, as the labels are inputs of the first layer%s", b.Classes, hint)
	}
	made := *l
	if b.last && b.Head.columns() > 1 { // the text says 1, however many there are
		if len(l.Sizes) == 0 {
			return b.fault("is the last layer with an activation, want dense or a convolution where it makes %v", b.Head)
		}
		made.Sizes = slices.Clone(l.Sizes)
		made.Sizes[len(made.Sizes)-1] *= b.Head.columns()
	}
	if err := w.build(b, &made); err != nil {
		return err
	}
	b.number++
	return nil
}

// outputIs says why the last activation can be no other.
func (b *builder) outputIs() string {
	switch {
	case !b.Generator && !b.Autoencoder:
		return "the losses take logits"
	case b.Signed:
		return "the nets have images in [-1,1] where gen_output is tanh"
	}
	return "the nets have images in [0,1] unless gen_output is tanh"
}

// checkOutput returns an error unless the chain has made what it must.
func (b *builder) checkOutput() error {
	want := b.Out
	want.Channels *= b.Head.columns()
	switch {
	case b.Out == Shape{}, b.shape == want, b.shape == Row(want.Values()):
		return nil
	case b.Generator:
		return b.fault("makes images of %v, want %v, the images of the data", b.shape, b.Out)
	case b.Autoencoder:
		return b.fault("makes %v, want %v: the discriminator of this loss is an autoencoder, which ends with the images that it takes, as `dense %v` does", b.shape, b.Out, b.Out)
	}
	if n := b.Head.columns(); n > 1 {
		return b.fault("makes %v values of an image with %d for each of 1, want %v: the discriminator ends with %v, as `dense 1` does", b.shape, n, want, b.Head)
	}
	return b.fault("makes %v values of an image, want %v: the discriminator ends with its logit, as `dense 1` does", b.shape, want)
}

// makes notes the shape that a layer makes.
func (b *builder) makes(s Shape) error {
	if s.Height < 1 || s.Width < 1 {
		return b.fault("makes images of %dx%d pixels of those of %v", s.Height, s.Width, b.shape)
	}
	if within(maxValues, s.Height, s.Width, s.Channels) {
		b.shape = s
		return nil
	}
	return b.fault("makes %v of an image, want at most %d values", s, maxValues)
}

// within reports whether the product of positive sizes is at most a number.
func within(most int, sizes ...int) bool {
	for _, size := range sizes {
		if size > most {
			return false
		}
		most /= size
	}
	return true
}

func buildDropout(b *builder, l *Layer) error {
	if b.Generator {
		return b.fault("is in the generator, want dropout in the discriminator only")
	}
	if b.dropped == b.number {
		return b.fault("follows another dropout, want a layer with weights between them")
	}
	b.dropped = b.number
	b.layers = append(b.layers, nn.Dropout{Number: b.number, Rate: l.Rate})
	return nil
}

func buildResample(b *builder, l *Layer, down bool) error {
	r := nn.Resample{Number: max(b.number-1, 0), Height: b.shape.Height, Width: b.shape.Width, Channels: b.shape.Channels, Bilinear: l.has("bilinear"), Down: down}
	if down && (r.Height%2 != 0 || r.Width%2 != 0) {
		return b.fault("takes images of %v, want even sides", b.shape)
	}
	out := r.Summary().OutImage
	if err := b.makes(Shape{out[0], out[1], out[2]}); err != nil {
		return err
	}
	b.layers = append(b.layers, r)
	return nil
}

// buildBias appends a bias of each channel, under a number of its own.
func buildBias(b *builder, l *Layer) error {
	a, _ := ActivationNamed(l.Activation)
	b.layers = append(b.layers, nn.Bias{Number: b.number, Values: b.shape.Values(), Channels: b.shape.Channels, Activation: a.New(b.Parameters)})
	return nil
}

// buildResidual appends the sum of a branch and its input. The last layer of the branch is linear if its text names no
// activation. If the branch has another number of channels, a convolution of 1x1 brings the input to as many.
func buildResidual(b *builder, l *Layer) error {
	at, text, in, outer := b.at, b.text, b.shape, b.layers
	b.layers = nil
	last := l.Branch.last()
	if last < 0 {
		return b.fault("has no layer with an activation, want one at least, as in residual (conv %d)", in.Channels)
	}
	branch, err := b.chain(l.Branch, at+".", func(inner *Layer, i int) error {
		if i == last && inner.Activation == "" {
			inner.Activation = "linear"
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.at, b.text, l.Branch = at, text, branch
	sum := nn.Residual{Layers: b.layers}
	b.layers = outer
	if b.shape != in {
		if b.shape.Height != in.Height || b.shape.Width != in.Width {
			return b.fault("takes %v and makes %v in its branch, want the same sides; resample before it or after it", in, b.shape)
		}
		if b.number >= maxNumber {
			return b.fault("has a convolution of 1x1 that is layer %d with weights, want at most %d", b.number+1, maxNumber)
		}
		sum.Skip = []nn.Layer{nn.Conv{Number: b.number, Convolution: kernels.Convolution{Height: in.Height, Width: in.Width, Channels: in.Channels,
			Outputs: b.shape.Channels, KernelHeight: 1, KernelWidth: 1, Stride: 1}, Activation: nn.NoActivation(), Deviation: b.Deviation}}
		b.number++
	}
	b.layers = append(b.layers, sum)
	return nil
}
