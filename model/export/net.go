// Package export writes trained nets for other programs: as ONNX, as safetensors in PyTorch's layout, as arrays of
// NumPy, and with a model card in a folder for a model hub.
package export

import (
	"encoding/json"
	"fmt"
	"strconv"

	"gorgan/model"
)

// The names of the nets.
const (
	Generator     = "generator"
	Discriminator = "discriminator"
)

// Net is a trained net with its weights.
type Net struct {
	About  About
	layers []model.LayerValues
}

// About says what a net is. Every export has it as JSON under the key "about".
type About struct {
	Producer    string       `json:"producer"` // "gorgan"
	Version     string       `json:"version"`
	Net         string       `json:"net"`     // Generator or Discriminator
	Weights     string       `json:"weights"` // "average" or "last"
	Step        uint32       `json:"step"`    // of the training
	WeightHash  string       `json:"weight_hash"`
	Data        string       `json:"data"` // fingerprint of the images that it was trained on
	Height      int          `json:"height"`
	Width       int          `json:"width"`
	Channels    int          `json:"channels"` // the values of a pixel lie together: HWC
	Pack        int          `json:"pack"`     // images of a row of the discriminator's input
	NoiseDim    int          `json:"noise_dim"`
	NoiseScale  float64      `json:"noise_scale"`
	CodeClasses int          `json:"code_classes,omitempty"` // of the categorical code, a one-hot vector behind the noise; 0 for none
	CodeValues  int          `json:"code_values,omitempty"`  // continuous codes behind that
	Code        string       `json:"code,omitempty"`         // how the codes of a seed are drawn
	Seed        string       `json:"seed"`                   // how the noise of a seed is drawn
	Classes     int          `json:"classes"`                // 0 for none
	ClassNames  []string     `json:"class_names,omitempty"`
	Layers      []Layer      `json:"layers"`
	Config      model.Config `json:"config"`
}

// Layer says what a layer computes: see model.LayerValues. Its arrays are Name.weight and Name.bias.
type Layer struct {
	Name       string  `json:"name"`
	Kind       string  `json:"kind"` // "dense", "conv" or "up-conv"
	In         int     `json:"in"`   // with the one-hot vectors of the labels, which follow the other inputs
	Out        int     `json:"out"`
	Activation string  `json:"activation"`
	Slope      float32 `json:"slope,omitempty"`  // of leaky-relu, below 0
	Pieces     int     `json:"pieces,omitempty"` // of maxout: a value of the output is the largest of so many that follow each other
	*Images            // of a convolution alone
}

// Images says what a convolution takes and makes.
type Images struct {
	InImage  []int `json:"in_image"` // height, width and channels
	OutImage []int `json:"out_image"`
	Kernel   []int `json:"kernel"` // height and width
	Stride   int   `json:"stride"`
	Pad      int   `json:"pad"` // pixels of 0 on each side
}

// seedRule says how the noise of a seed is drawn, as model.Config.Noise does.
const seedRule = "value i of seed s is noise_scale * ((w div 2^8) / 2^23 - 1) in float32; " +
	"w is word i mod 4 of Philox4x32-10 with the counter (i div 4, 262144, 0, 0) and the key (s mod 2^32, s div 2^32)"

// codeRule says how the codes of a seed are drawn.
const codeRule = "the input has the categorical code as a one-hot vector behind the noise, and then the continuous codes; for seed s, value i is that of the noise " +
	"without the scale, with 524288 (categorical) or 524289 (continuous) for 262144; the class is the place of the largest of code_classes values"

// New returns the net of that name of a checkpoint: the generator as it makes images, with the average of its weights
// unless raw, or the discriminator without dropout. It shares the memory of s. version is that of the
// program. New returns an error if s lacks a tensor of its config, or if a layer cannot be exported.
func New(s *model.State, name string, raw bool, version string) (*Net, error) {
	n := &Net{About: aboutOf(s, name, version)}
	var err error
	switch name {
	case Generator:
		if s.Config.EMA > 0 && !raw {
			n.About.Weights = "average"
		}
		n.About.Pack = 1
		n.layers, err = s.GeneratorLayers(raw)
	case Discriminator:
		n.layers, err = s.DiscriminatorLayers()
	default:
		err = fmt.Errorf("export: no net %.40q, want %s or %s", name, Generator, Discriminator)
	}
	return n, err
}

func aboutOf(s *model.State, name, version string) About {
	c := s.Config
	a := About{
		Producer: "gorgan", Version: version, Net: name, Weights: "last", Step: s.Step, WeightHash: s.WeightHash(), Data: s.Data,
		Height: c.Height, Width: c.Width, Channels: c.Channels, Pack: c.Pack, NoiseDim: c.NoiseDim, NoiseScale: c.NoiseScale,
		CodeClasses: c.CodeClasses, CodeValues: c.CodeValues,
		Seed: seedRule, Classes: c.Classes, ClassNames: s.ClassNames, Config: c,
	}
	if c.InputDim() > c.NoiseDim {
		a.Code = codeRule
	}
	return a
}

// about returns n's About as JSON, with layer i called i·step.
func (n *Net) about(step int) (About, []byte, error) {
	a := n.About
	a.Layers = nil
	for i, l := range n.layers {
		row := Layer{Name: strconv.Itoa(i * step), Kind: l.Kind, In: l.Inputs(), Out: l.Out, Activation: l.Activation, Slope: l.Slope}
		if c := l.Convolution; l.Kind != model.DenseKind {
			row.Images = &Images{l.InImage(), l.OutImage(), []int{c.KernelHeight, c.KernelWidth}, c.Stride, c.Pad}
		}
		if l.Pieces > 1 {
			row.Pieces = l.Pieces
		}
		a.Layers = append(a.Layers, row)
	}
	text, err := json.Marshal(a)
	return a, text, err
}
