package model

import (
	"fmt"
	"math"
	"slices"

	"gorgan/dataset/raster"
	"gorgan/model/layers"
	"gorgan/model/nn"
)

// The kinds of nets.
const (
	MLP    = "mlp"    // dense layers
	DCGAN  = "dcgan"  // convolutions
	ResNet = "resnet" // sums of convolutions and what they take
	Layers = "layers" // those of two texts
)

// arch is a kind of nets.
type arch struct {
	// texts returns the layers of both nets as package layers reads them. G's net goes from noise and codes (InputDim) to
	// an image (Values()) in [0,1]. D's goes from a pack of images (Pack*Values()) to its output (1), or to as many values
	// if it is an autoencoder.
	texts func(c Config) (gen, dis string)
	// check checks the settings that texts takes.
	check func(c Config, v *validation)
	// deviation is that of the first weights, 0 for one by the number of a layer's inputs.
	deviation float64
}

// archs is the table of kinds of nets. Flags, help, errors and tests range over it.
var archs = table[arch]{
	{MLP, "dense layers: the tutorial's", arch{texts: mlpTexts, check: func(Config, *validation) {}}},
	{DCGAN, "convolutions, each of which halves the image and doubles the channels: Radford et al. 2016",
		arch{dcganTexts, checkDCGAN, dcganDeviation}},
	{ResNet, "residual blocks of convolutions, without normalisation: Huang et al. 2024", arch{texts: resnetTexts, check: checkHalved}},
	{Layers, "your own, written as text (--gen-layers, --dis-layers): docs/nets.md", arch{texts: func(c Config) (gen, dis string) { return c.GenLayers, c.DisLayers }, check: checkTexts}},
}

// Archs returns the names that Config.Arch can have.
func Archs() []string { return archs.names() }

// ArchSummary describes the arch of that name in a line. It returns "" if there is none.
func ArchSummary(name string) string {
	a, _ := archs.find(name)
	return a.summary
}

// image returns the shape of an image between two layers.
func (c Config) image() layers.Shape {
	return layers.Shape{Height: c.Height, Width: c.Width, Channels: c.Channels}
}

// packImage returns the shape of what D gets, and makes if it is an autoencoder: an image, or the values of a pack.
func (c Config) packImage() layers.Shape {
	if c.Pack > 1 {
		return layers.Row(c.Pack * c.Values())
	}
	return c.image()
}

// nets returns both nets. named returns the name that the user knows a setting by. The error says what is wrong
// with a text. There is none if c is valid.
func (c Config) nets(named func(key string) string) (gen, dis layers.Net, err error) {
	row, _ := archs.find(c.Arch)
	genText, disText := row.value.texts(c)
	if gen, err = netOf(genText, c.genSettings(named)); err != nil {
		return gen, dis, err
	}
	s := c.disSettings(named)
	chain, err := layers.Parse(s.Of, disText)
	if err != nil {
		return gen, dis, err
	}
	c.toldLabels(&s, chain.BeginsDense())
	dis, err = chain.Build(s)
	return gen, dis, err
}

// netOf returns the net of a text.
func netOf(text string, s layers.Settings) (layers.Net, error) {
	chain, err := layers.Parse(s.Of, text)
	if err != nil {
		return layers.Net{}, err
	}
	return chain.Build(s)
}

func (c Config) genSettings(named func(key string) string) layers.Settings {
	return layers.Settings{
		Of: c.textName("generator", named("gen_layers")), Name: "generator", Generator: true,
		In: layers.Row(c.InputDim()), Out: c.image(), Hidden: c.GenActivation, Output: c.GenOutput, Signed: c.GenOutput == TanhOutput, Parameters: c.activationParameters(),
		Classes: c.Classes, Pack: 1, Deviation: c.deviation(c.GenInitScale),
	}
}

func (c Config) disSettings(named func(key string) string) layers.Settings {
	in := c.packImage()
	s := layers.Settings{
		Of: c.textName("discriminator", named("dis_layers")), Name: "discriminator",
		In: in, Out: layers.Row(1), Hidden: c.DisActivation, Output: "linear", Signed: c.GenOutput == TanhOutput, Parameters: c.activationParameters(),
		Pack: c.Pack, Deviation: c.deviation(c.DisInitScale), Batch: c.shardSize() / c.Pack, Penalised: c.penalises(), Clipped: c.clips(),
	}
	if c.autoencodes() {
		s.Autoencoder, s.Out, s.Output = true, in, c.GenOutput
	}
	return s
}

// textName returns the name of a net's text in errors. setting is that of the setting that has it.
func (c Config) textName(net, setting string) string {
	if c.Arch == Layers {
		return setting
	}
	return fmt.Sprintf("the %s of arch %s", net, c.Arch)
}

func (c Config) activationParameters() layers.Parameters {
	return layers.Parameters{LeakySlope: c.LeakySlope, MaxoutPieces: c.MaxoutPieces}
}

// deviation returns that of the first weights of a net whose initial scale is given, 0 for one by the number of a
// layer's inputs.
func (c Config) deviation(scale float64) float64 {
	row, _ := archs.find(c.Arch)
	switch {
	case scale > 0:
		return 0
	case c.InitDeviation > 0:
		return c.InitDeviation
	}
	return row.value.deviation
}

// asInJSON names a setting as config.json does.
func asInJSON(key string) string { return key }

// ShapeWanted returns the shape of images that c is for while the data are not known: the one that the text of the
// generator ends with, or grey images of c's size. A text that ends with values in a row is for a square.
func (c Config) ShapeWanted() raster.Shape {
	grey := raster.Grey(c.Shape().Size)
	if c.Arch != Layers {
		return grey
	}
	s := c.genSettings(asInJSON)
	s.Out = layers.Shape{}
	net, err := netOf(c.GenLayers, s)
	if err != nil { // it is found again where c is validated
		return grey
	}
	for _, channels := range []int{1, raster.RGB} {
		if side := int(math.Sqrt(float64(net.Makes.Channels / channels))); net.Makes == layers.Row(side*side*channels) {
			return raster.Shape{Size: raster.Size{Height: side, Width: side}, Channels: channels}
		}
		if net.Makes.Channels == channels {
			return raster.Shape{Size: raster.Size{Height: net.Makes.Height, Width: net.Makes.Width}, Channels: channels}
		}
	}
	return grey
}

// hasBiasOfValues reports whether the last layer of a net has a bias for each value that it makes.
func hasBiasOfValues(n *nn.Net) bool {
	for _, l := range slices.Backward(n.Layers) {
		switch l.(type) {
		case nn.Rescale: // has no values of its own
		case nn.Dense, nn.Conditioned:
			return true
		default:
			return false
		}
	}
	return false
}

// mustNets is nets of a valid config.
func (c Config) mustNets() (gen, dis layers.Net) {
	gen, dis, err := c.nets(asInJSON)
	if err != nil {
		panic("model: the nets of a config that Validate refuses: " + err.Error())
	}
	return gen, dis
}

// generatorNet returns the generator's net. c must be valid.
func generatorNet(c Config) *nn.Net {
	gen, _ := c.mustNets()
	return gen.Net
}

// discriminatorNet returns the discriminator's net. c must be valid.
func discriminatorNet(c Config) *nn.Net {
	_, dis := c.mustNets()
	return dis.Net
}

// checkTexts checks that there are texts, and that what they say is said nowhere else.
func checkTexts(c Config, v *validation) {
	dis := "dense 1"
	if c.autoencodes() {
		dis = fmt.Sprintf("dense %v", c.packImage())
	}
	for _, text := range []struct{ key, of, text, example string }{
		{"gen_layers", "generator", c.GenLayers, fmt.Sprintf("dense %v", c.image())},
		{"dis_layers", "discriminator", c.DisLayers, dis},
	} {
		v.check(text.text != "", text.key, "empty", "the layers of the "+text.of+" where arch is layers, as in \"dense 256, "+text.example+"\"")
	}
	v.check(c.DisDropoutInput == 0, "dis_dropout_input", c.DisDropoutInput, "0 where arch is layers; write dropout and a probability in "+v.named("dis_layers"))
	v.check(c.DisDropoutHidden == 0, "dis_dropout_hidden", c.DisDropoutHidden, "0 where arch is layers; write dropout and a probability in "+v.named("dis_layers"))
}
