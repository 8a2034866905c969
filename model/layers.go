package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgan/kernels"
	"gorgan/model/nn"
)

// LayerValues is a layer of a net with its values, for other programs. Kind says what it computes, for x (rows, In)
// and y (rows, Out), where an image lies in its row by HWC:
//
//	dense    y = activation(x·Weight + Bias). With classes, the rows of Class of the labels are added to the product
//	conv     y = activation(x∗Weight + Bias), the Convolution of images x
//	up-conv  the same with the transposed Convolution
//
// What normalises a batch is part of the layer: see State.GeneratorLayers.
type LayerValues struct {
	Kind        string
	In, Out     int
	Pieces      int                 // columns of the product for a value of the output: more than 1 with maxout only
	Activation  string              // linear, sigmoid, or a name of Activations
	Slope       float32             // of leaky-relu, below 0
	Convolution kernels.Convolution // of the latter two kinds, without groups
	// Weight is (In, Out·Pieces) if the layer is dense, and else of the shape Convolution.WeightShape.
	Weight []float32
	Bias   []float32 // (Out·Pieces), or one for each channel of y
	// Class (Config.Pack·Config.Classes, Out·Pieces) has a row for each class of each image that D sees side by side;
	// the generator sees one. It is nil without classes, and in all layers but the first.
	Class []float32
}

// The kinds of layers, as nn.Summary has them.
const (
	DenseKind  = "dense"
	ConvKind   = "conv"
	UpConvKind = "up-conv"
)

// Columns returns the number of columns of the Weight of a dense layer.
func (l LayerValues) Columns() int { return l.Out * l.Pieces }

// Inputs returns the number of inputs if the labels are given as one-hot vectors behind x.
func (l LayerValues) Inputs() int { return l.In + len(l.Class)/l.Columns() }

// Matrix returns the weights (Inputs(), Columns()) of these inputs of a dense layer, in a new slice.
func (l LayerValues) Matrix() []float32 { return slices.Concat(l.Weight, l.Class) }

// InImage and OutImage return the height, the width and the channels of the images x and y of a convolution.
func (l LayerValues) InImage() []int  { return l.image(l.Kind == ConvKind) }
func (l LayerValues) OutImage() []int { return l.image(l.Kind == UpConvKind) }

func (l LayerValues) image(ofX bool) []int {
	c := l.Convolution
	if ofX {
		return []int{c.Height, c.Width, c.Channels}
	}
	return []int{c.OutHeight(), c.OutWidth(), c.Outputs}
}

// Filters returns the weights of a convolution in the order (outputs, channels, height, width), and this shape. PyTorch
// and ONNX have it so, for both kinds.
func (l LayerValues) Filters() (values []float32, shape []int) {
	c := l.Convolution
	taps := c.KernelHeight * c.KernelWidth
	values = make([]float32, 0, len(l.Weight))
	for o := range c.Outputs {
		for channel := range c.Channels {
			for tap := range taps {
				values = append(values, l.Weight[(tap*c.Channels+channel)*c.Outputs+o])
			}
		}
	}
	return values, []int{c.Outputs, c.Channels, c.KernelHeight, c.KernelWidth}
}

// GeneratorLayers returns the layers that make images: with the average of the weights if s has one and raw is
// false. Batch normalisation by running averages multiplies each channel by a number and adds another one, so it
// is part of the weights and biases of the layer before it. The other values share the memory of s. It
// returns an error if s lacks a tensor of its config, or if other programs cannot be given a layer.
func (s *State) GeneratorLayers(raw bool) ([]LayerValues, error) {
	return s.layers(generatorNet(s.Config), s.Config.generatorPrefix(raw))
}

// DiscriminatorLayers returns the layers of the discriminator, without dropout and without its heads. They share the memory of s. It returns
// an error if s lacks a tensor of its config, or if other programs cannot be given a layer: it may normalise batches, which
// have no running averages.
func (s *State) DiscriminatorLayers() ([]LayerValues, error) {
	all, err := s.layers(discriminatorNet(s.Config), "")
	if err != nil || s.Config.headColumns() == 0 {
		return all, err
	}
	last := &all[len(all)-1]
	if last.Kind == UpConvKind {
		return nil, errors.New("model: the discriminator ends with a transposed convolution, whose logit alone cannot be given to other programs")
	}
	last.keepFirst()
	return all, nil
}

// keepFirst leaves of a layer the first of its columns, or of its outputs if it is a convolution.
func (l *LayerValues) keepFirst() {
	columns := l.Columns()
	first := func(weights []float32) (column []float32) {
		for i := 0; i < len(weights); i += columns {
			column = append(column, weights[i])
		}
		return column
	}
	l.Weight, l.Class, l.Bias, l.Out, l.Convolution.Outputs = first(l.Weight), first(l.Class), l.Bias[:1], 1, 1
}

func (s *State) layers(net *nn.Net, prefix string) (all []LayerValues, err error) {
	refused := func(l nn.Layer) ([]LayerValues, error) {
		kind := nn.ResidualKind
		if l, ok := l.(interface{ Summary() nn.Summary }); ok {
			kind = l.Summary().Kind
		}
		return nil, fmt.Errorf("model: the %s has a layer of the kind %s, which cannot be given to other programs yet, want dense layers and convolutions without groups, as the generators of mlp and dcgan have", net.Name, kind)
	}
	begin := nn.Rescale{Factor: 1} // of what the first layer takes
	for _, l := range net.Layers {
		values := map[string][]float32{}
		for _, p := range l.Params() {
			_, kind, _ := strings.Cut(p.Name, ".") // "0.weight", "class.weight"
			if strings.HasPrefix(p.Name, "class.") {
				kind = "class"
			}
			if values[kind], err = s.values(prefix + net.Name + "." + p.Name); err != nil {
				return nil, err
			}
		}
		if values["vector"] != nil {
			return nil, fmt.Errorf("model: the %s has spectral normalisation: such nets cannot be given to other programs yet", net.Name)
		}
		v := LayerValues{Weight: values["weight"], Bias: values["bias"], Class: values["class"]}
		switch l := l.(type) {
		case nn.Dense:
			v.dense(l)
		case nn.Conditioned:
			v.dense(l.Dense)
		case nn.Conv:
			if l.Convolution.Groups > 1 {
				return refused(l)
			}
			v.Kind, v.In, v.Out, v.Pieces, v.Convolution = ConvKind, l.Convolution.In(), l.Convolution.Out(), 1, l.Convolution
			if l.Transposed {
				v.Kind, v.In, v.Out = UpConvKind, v.Out, v.In
			}
			v.Activation = l.Activation.Name
		case nn.BatchNorm:
			if !l.Averages {
				return nil, fmt.Errorf("model: the %s normalises batches, so its output for an image depends on the others, and other programs cannot be given it; train without batch-norm in it (--dis-norm none, or --dis-layers)", net.Name)
			}
			if len(all) == 0 || all[len(all)-1].Activation != "" {
				return refused(l)
			}
			all[len(all)-1].normalise(l, values)
			v = all[len(all)-1]
			all = all[:len(all)-1]
		case nn.Rescale:
			if l == nn.FromSigned() {
				all[len(all)-1].sigmoid()
			} else {
				begin = l
			}
			continue
		case nn.Dropout: // it does nothing after training
			continue
		default:
			return refused(l)
		}
		if v.Activation == "leaky-relu" {
			v.Slope = float32(s.Config.LeakySlope)
		}
		all = append(all, v)
	}
	if begin.Offset != 0 {
		if err := all[0].rescale(begin); err != nil {
			return nil, fmt.Errorf("model: the %s %w", net.Name, err)
		}
	}
	for i, v := range all {
		if v.Activation == "" {
			return nil, fmt.Errorf("model: layer %d of the %s has neither a bias nor a normalisation, and such a layer cannot be given to other programs yet", i+1, net.Name)
		}
	}
	return all, nil
}

func (l *LayerValues) dense(d nn.Dense) {
	l.Kind, l.In, l.Out, l.Pieces, l.Activation = DenseKind, d.In, d.Units, d.Activation.Pieces, d.Activation.Name
}

// sigmoid makes what brings the layer's values from [-1,1] to [0,1] a part of it: (tanh(x)+1)/2 = 1/(1+exp(-2x)).
func (l *LayerValues) sigmoid() {
	l.Weight, l.Class, l.Bias, l.Activation = multiplied(l.Weight, 2), multiplied(l.Class, 2), multiplied(l.Bias, 2), "sigmoid"
}

// rescale makes r a part of the layer that takes its values. It returns an error if the layer is a convolution with a border
// of zeros: r of such a border is not 0.
func (l *LayerValues) rescale(r nn.Rescale) error {
	if l.Kind != DenseKind {
		return errors.New("begins with a convolution of images in [-1,1], whose border of zeros other programs would put about images in [0,1], so it cannot be given to them; train with gen_output sigmoid")
	}
	sums := make([]float64, l.Columns())
	for i, w := range l.Weight {
		sums[i%len(sums)] += float64(w)
	}
	l.Bias = slices.Clone(l.Bias)
	for i := range l.Bias {
		l.Bias[i] += float32(float64(r.Offset) * sums[i])
	}
	l.Weight = multiplied(l.Weight, r.Factor)
	return nil
}

func multiplied(values []float32, factor float32) (all []float32) {
	for _, v := range values {
		all = append(all, factor*v)
	}
	return all
}

// normalise makes n, with its values by name, a part of the layer before it, which has no bias yet:
//
//	scale·(p-mean)/sqrt(variance + 10^-5) + bias, for each channel of a product p
func (l *LayerValues) normalise(n nn.BatchNorm, values map[string][]float32) {
	factor, offset := make([]float64, n.Channels), make([]float64, n.Channels)
	for c := range factor {
		factor[c] = float64(values["scale"][c]) / math.Sqrt(float64(values["variance"][c])+kernels.BatchEpsilon)
		offset[c] = float64(values["bias"][c]) - float64(values["mean"][c])*factor[c]
	}
	// A channel of y is the last dimension of the weights, but of a transposed convolution the last but one.
	inner := 1
	if l.Kind == UpConvKind {
		inner = l.Convolution.Outputs
	}
	scaled := func(weights []float32) (all []float32) {
		for i, w := range weights {
			all = append(all, float32(float64(w)*factor[i/inner%n.Channels]))
		}
		return all
	}
	l.Weight, l.Class = scaled(l.Weight), scaled(l.Class)
	l.Activation, l.Bias = n.Activation.Name, make([]float32, n.Channels)
	if l.Kind == DenseKind {
		l.Bias = make([]float32, l.Out)
	}
	for i := range l.Bias {
		l.Bias[i] = float32(offset[i%n.Channels])
	}
}
