package model

import (
	"fmt"
	"strconv"
	"strings"

	"gorgan/model/nn"
)

// The kinds of nets.
const (
	MLP   = "mlp"   // dense layers
	DCGAN = "dcgan" // convolutions
)

// arch is a kind of nets.
type arch struct {
	// nets returns G's net, from noise (NoiseDim) to an image (Values()) in [0,1], and D's, from a pack
	// of images (Pack*Values()) to its output (1).
	nets func(c Config) (gen, dis *nn.Net)
	// check checks the settings that nets takes.
	check func(c Config, v *validation)
}

// archs is the table of kinds of nets. Flags, help, errors and tests range over it.
var archs = table[arch]{
	{MLP, "dense layers, as many and as wide as gen_hidden and dis_hidden say: the tutorial's", arch{mlpNets, func(Config, *validation) {}}},
	{DCGAN, "convolutions that halve the image, net_width channels in the first: Radford et al. 2016", arch{dcganNets, checkDCGAN}},
}

// Archs returns the names that Config.Arch can have.
func Archs() []string { return archs.names() }

// ArchSummary describes the arch of that name in a line. It returns "" if there is none.
func ArchSummary(name string) string {
	a, _ := archs.find(name)
	return a.summary
}

// generatorNet returns the generator's net. c.Arch must be one of Archs.
func generatorNet(c Config) *nn.Net {
	row, _ := archs.find(c.Arch)
	gen, _ := row.value.nets(c)
	return gen
}

// discriminatorNet returns the discriminator's net. c.Arch must be one of Archs.
func discriminatorNet(c Config) *nn.Net {
	row, _ := archs.find(c.Arch)
	_, dis := row.value.nets(c)
	return dis
}

// Net describes a net of a state.
type Net struct {
	Name       string  `json:"name"`
	Parameters int     `json:"parameters"`
	Averages   int     `json:"averages,omitempty"`
	Layers     []Layer `json:"layers"`
}

// Layer describes y = activation(x·weight + bias), from In to Out values, where · is a matrix product, a
// convolution, a transposed one, or the normalisation of a batch. The one-hot vectors of labels count as
// inputs of the first layer.
type Layer struct {
	Name            string `json:"name"` // "generator.0"
	Kind            string `json:"kind"` // dense, conv, up-conv or batch-norm
	In              int    `json:"in"`
	Out             int    `json:"out"`
	InImage         []int  `json:"in_image,omitempty"`  // of a convolution: height, width and channels of its In values
	OutImage        []int  `json:"out_image,omitempty"` // of its Out values
	Activation      string `json:"activation"`          // "" for none
	Parameters      int    `json:"parameters"`
	Averages        int    `json:"averages,omitempty"` // running means and variances of batches, which are not learned
	Multiplications int    `json:"multiplications"`    // for an image, or a pack of images
}

// Nets describes the generator and the discriminator.
func (s *State) Nets() []Net {
	var nets []Net
	for _, net := range []*nn.Net{generatorNet(s.Config), discriminatorNet(s.Config)} {
		n := Net{Name: net.Name}
		for _, l := range net.Summaries() {
			n.Layers = append(n.Layers, Layer{fmt.Sprintf("%s.%d", net.Name, l.Number), l.Kind, l.In, l.Out, l.InImage, l.OutImage, l.Activation, l.Parameters, l.Averages, l.Multiplications})
			n.Parameters += l.Parameters
			n.Averages += l.Averages
		}
		nets = append(nets, n)
	}
	return nets
}

// Form describes the net in a line: what goes in, what each activation returns, and Size. Images are
// height x width x channels: "100 -> 4x4x32 relu -> 8x8x16 relu -> 16x16x1 sigmoid, 13377 parameters and
// 96 running averages".
func (n Net) Form() string {
	first := n.Layers[0]
	form := valuesForm(first.InImage, first.In)
	for i, l := range n.Layers {
		if l.Activation != "" { // else that of the next layer follows
			form += " -> " + valuesForm(n.imageAfter(i), l.Out) + " " + l.Activation
		}
	}
	return form + ", " + n.Size()
}

// Size says how many parameters the net has, and how many running averages beside them.
func (n Net) Size() string {
	if n.Averages == 0 {
		return fmt.Sprintf("%d parameters", n.Parameters)
	}
	return fmt.Sprintf("%d parameters and %d running averages", n.Parameters, n.Averages)
}

// imageAfter returns the shape of the images between layer i and the next one, or nil if no convolution
// makes or takes them. The normalisation of a batch keeps the shape.
func (n Net) imageAfter(i int) []int {
	for before := i; before >= 0; before-- {
		if l := n.Layers[before]; l.Kind != nn.BatchNormKind {
			if l.OutImage != nil {
				return l.OutImage
			}
			break
		}
	}
	for _, l := range n.Layers[i+1:] {
		if l.Kind != nn.BatchNormKind {
			return l.InImage
		}
	}
	return nil
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
