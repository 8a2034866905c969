package layers

import (
	"gorgan/kernels"
	"gorgan/model/nn"
)

// add appends a layer with weights that makes s, and what normalises it. A value of s is a sum of so many
// products. layer returns the layer with an activation.
func (b *builder) add(l *Layer, s Shape, products []int, layer func(nn.Activation) nn.Layer) error {
	if err := b.makes(s); err != nil {
		return err
	}
	if !within(maxProducts, append(products, s.Height, s.Width, s.Channels)...) {
		return b.fault("takes more than %d multiplications for an image", maxProducts)
	}
	a, _ := ActivationNamed(l.Activation)
	activation := a.New(b.Parameters)
	if !l.has("batch-norm") {
		b.layers = append(b.layers, layer(activation))
		return nil
	}
	b.layers = append(b.layers, layer(nn.NoActivation()), nn.BatchNorm{Number: b.number, Values: s.Values(), Channels: s.Channels,
		Activation: activation, Averages: b.Generator})
	return nil
}

func buildDense(b *builder, l *Layer) error {
	in, out := b.shape.Values(), shapeOf(l.Sizes)
	return b.add(l, out, []int{in, b.MaxoutPieces}, func(a nn.Activation) nn.Layer {
		d := nn.Dense{Number: b.number, In: in, Units: out.Values(), Activation: a, Deviation: b.Deviation, Zero: l.has("zero"), Spectral: l.has("spectral-norm")}
		if b.number == 0 && b.Classes > 0 {
			return nn.Conditioned{Dense: d, Classes: b.Classes, Pack: b.Pack}
		}
		return d
	})
}

// sidesOf returns the kernel, the stride and the padding of a convolution. Without a padding in the text, the
// sides become 1/stride as large, or stride times as large if it is transposed.
func sidesOf(b *builder, l *Layer, kernel, stride int) (k, s, pad int, err error) {
	k, s = l.option("kernel", kernel), l.option("stride", stride)
	if s == 1 && k%2 == 0 && !l.has("pad") {
		err = b.fault("has a kernel of %dx%d at stride 1, which cannot keep the size, want an odd one, or pad and its number after it", k, k)
	}
	return k, s, l.option("pad", (k-1)/2), err
}

func buildConv(b *builder, l *Layer, kernel, stride int) error {
	k, s, pad, err := sidesOf(b, l, kernel, stride)
	if err != nil {
		return err
	}
	c := kernels.Convolution{Height: b.shape.Height, Width: b.shape.Width, Channels: b.shape.Channels, Outputs: l.Sizes[0],
		KernelHeight: k, KernelWidth: k, Stride: s, Pad: pad, Groups: l.option("groups", 0)}
	return b.convolve(l, c, Shape{c.OutHeight(), c.OutWidth(), c.Outputs}, false)
}

// buildDown is buildConv for sides that are multiples of the stride.
func buildDown(b *builder, l *Layer, kernel, stride int) error {
	if s := l.option("stride", stride); b.shape.Height%s != 0 || b.shape.Width%s != 0 {
		return b.fault("takes images of %v, want sides that %d divides; conv takes any", b.shape, s)
	}
	return buildConv(b, l, kernel, stride)
}

// buildUp appends a transposed convolution. With a padding in the text, a side of n becomes
// (n-1)·stride + kernel - 2·pad, the least that the convolution brings back to n.
func buildUp(b *builder, l *Layer, kernel, stride int) error {
	k, s, pad, err := sidesOf(b, l, kernel, stride)
	if err != nil {
		return err
	}
	side := func(n int) int {
		if l.has("pad") {
			return (n-1)*s + k - 2*pad
		}
		return n * s
	}
	c := kernels.Convolution{Height: side(b.shape.Height), Width: side(b.shape.Width), Channels: l.Sizes[0], Outputs: b.shape.Channels,
		KernelHeight: k, KernelWidth: k, Stride: s, Pad: pad, Groups: l.option("groups", 0)}
	return b.convolve(l, c, Shape{c.Height, c.Width, c.Channels}, true)
}

func (b *builder) convolve(l *Layer, c kernels.Convolution, out Shape, transposed bool) error {
	if c.Pad >= c.KernelHeight {
		return b.fault("has a padding of %d, want less than its kernel, %d", c.Pad, c.KernelHeight)
	}
	if err := c.Check(); err != nil {
		return b.fault("takes images of %v, but is %v", b.shape, err)
	}
	return b.add(l, out, []int{c.KernelHeight, c.KernelWidth, b.shape.Channels}, func(a nn.Activation) nn.Layer {
		return nn.Conv{Number: b.number, Convolution: c, Transposed: transposed, Activation: a, Deviation: b.Deviation, Zero: l.has("zero"), Spectral: l.has("spectral-norm")}
	})
}
