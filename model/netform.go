package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorgan/model/layers"
	"gorgan/model/nn"
)

// Net describes a net of a state.
type Net struct {
	Name       string  `json:"name"`
	Parameters int     `json:"parameters"`
	Averages   int     `json:"averages,omitempty"`
	Text       string  `json:"text"`                     // of its layers, for Config.GenLayers or DisLayers
	Deviation  float64 `json:"init_deviation,omitempty"` // of its first weights, 0 for one by the number of a layer's inputs
	Layers     []Layer `json:"layers"`
}

// Layer describes y = activation(x·weight + bias), from In to Out values, where · is a matrix product, a
// convolution, a transposed one, or the normalisation of a batch. Resampling has no weights. The one-hot vectors of labels count as
// inputs of the first layer.
type Layer struct {
	Name            string `json:"name"` // "generator.0"
	Kind            string `json:"kind"` // as in nn.Summary
	In              int    `json:"in"`
	Out             int    `json:"out"`
	InImage         []int  `json:"in_image,omitempty"`  // of a convolution or resampling: height, width and channels of its In values
	OutImage        []int  `json:"out_image,omitempty"` // of its Out values
	Activation      string `json:"activation"`          // "" for none
	Parameters      int    `json:"parameters"`
	Averages        int    `json:"averages,omitempty"` // running means and variances of batches, which are not learned
	Vector          int    `json:"vector,omitempty"`   // values of the singular vector of spectral normalisation, not learned either
	Multiplications int    `json:"multiplications"`    // for an image, or a pack of images
}

// Nets describes the generator and the discriminator.
func (s *State) Nets() []Net {
	var nets []Net
	gen, dis := s.Config.mustNets()
	for _, net := range []layers.Net{gen, dis} {
		n := Net{Name: net.Name, Text: net.Chain.String(), Deviation: net.Deviation}
		for _, l := range net.Summaries() {
			n.Layers = append(n.Layers, Layer{fmt.Sprintf("%s.%d", net.Name, l.Number), l.Kind, l.In, l.Out, l.InImage, l.OutImage, l.Activation, l.Parameters, l.Averages, l.Vector, l.Multiplications})
			n.Parameters += l.Parameters
			n.Averages += l.Averages
		}
		nets = append(nets, n)
	}
	return nets
}

// Form describes the net in a line: Flow and Size.
func (n Net) Form() string { return n.Flow() + ", " + n.Size() }

// Flow says what goes in, and what each activation returns. Images are height x width x channels: "100 -> 4x4x32 relu
// -> 8x8x16 relu -> 16x16x1 sigmoid". A net with residual sums or resampling is no such chain: its layers are written
// as in Text.
func (n Net) Flow() string {
	first := n.Layers[0]
	flow := valuesForm(first.InImage, first.In)
	if slices.ContainsFunc(n.Layers, func(l Layer) bool { return l.Kind == nn.ResidualKind || strings.HasSuffix(l.Kind, "sample") }) {
		return flow + " -> " + n.Text
	}
	for i, l := range n.Layers {
		if l.Activation != "" { // else that of the next layer follows
			_, out := n.Shapes(i)
			flow += " -> " + out + " " + l.Activation
		}
	}
	return flow
}

// Shapes writes the values that layer i takes and makes: images as height x width x channels, and others as their
// number.
func (n Net) Shapes(i int) (in, out string) {
	l := n.Layers[i]
	image := l.InImage
	if i > 0 && image == nil {
		image = n.imageAfter(i - 1)
	}
	return valuesForm(image, l.In), valuesForm(n.imageAfter(i), l.Out)
}

// Size says how many parameters the net has, and how many running averages beside them.
func (n Net) Size() string {
	if n.Averages == 0 {
		return fmt.Sprintf("%d parameters", n.Parameters)
	}
	return fmt.Sprintf("%d parameters and %d running averages", n.Parameters, n.Averages)
}

// imageAfter returns the shape of the images between layer i and the next one, or nil if no convolution
// makes or takes them.
func (n Net) imageAfter(i int) []int {
	for before := i; before >= 0; before-- {
		if l := n.Layers[before]; !keepsShape(l.Kind) {
			if l.OutImage != nil {
				return l.OutImage
			}
			break
		}
	}
	for _, l := range n.Layers[i+1:] {
		if !keepsShape(l.Kind) {
			return l.InImage
		}
	}
	return nil
}

// keepsShape tells whether what a layer of that kind returns has the shape of what it takes. A residual sum has
// that of the layer listed before it.
func keepsShape(kind string) bool {
	return slices.Contains([]string{nn.BatchNormKind, nn.BiasKind, nn.ResidualKind}, kind)
}

func valuesForm(image []int, values int) string {
	if image == nil {
		return strconv.Itoa(values)
	}
	var sides []string
	for _, n := range image {
		sides = append(sides, strconv.Itoa(n))
	}
	return strings.Join(sides, "x")
}
