package model

import (
	"fmt"

	"gorgan/model/nn"
)

// generatorNet returns the net of c from noise (NoiseDim) to an image (Values()) in [0,1].
func generatorNet(c Config) *nn.Net {
	hidden, _ := activations.find(c.GenActivation)
	widths := append([]int{c.NoiseDim}, c.GenHidden...)
	return perceptron{"generator", append(widths, c.Values()), hidden.value(c), nn.Sigmoid(), c.Classes, 1, 0, 0}.net()
}

// discriminatorNet returns the net of c from a pack of images (Pack*Values()) to D's output (1).
func discriminatorNet(c Config) *nn.Net {
	hidden, _ := activations.find(c.DisActivation)
	widths := append([]int{c.Pack * c.Values()}, c.DisHidden...)
	return perceptron{"discriminator", append(widths, 1), hidden.value(c), nn.Linear(), c.Classes, c.Pack, c.DisDropoutInput, c.DisDropoutHidden}.net()
}

// perceptron describes a multilayer perceptron. widths are the number of its inputs and the units
// of each layer.
type perceptron struct {
	name                        string
	widths                      []int
	hidden, out                 nn.Activation
	classes                     int // 0 for none
	pack                        int
	dropoutInput, dropoutHidden float64 // probability that an input or a hidden unit is left out
}

func (p perceptron) net() *nn.Net {
	n := &nn.Net{Name: p.name}
	last := len(p.widths) - 2
	for i := range p.widths[:last+1] {
		d := nn.Dense{Number: i, In: p.widths[i], Units: p.widths[i+1], Activation: p.hidden}
		if i == last {
			d.Activation = p.out
		}
		rate := p.dropoutHidden
		if i == 0 {
			rate = p.dropoutInput
		}
		if rate > 0 {
			n.Layers = append(n.Layers, nn.Dropout{Number: i, Rate: rate})
		}
		if i == 0 && p.classes > 0 {
			n.Layers = append(n.Layers, nn.Conditioned{Dense: d, Classes: p.classes, Pack: p.pack})
		} else {
			n.Layers = append(n.Layers, d)
		}
	}
	return n
}

// Net describes a net of a state.
type Net struct {
	Name       string  `json:"name"`
	Parameters int     `json:"parameters"`
	Layers     []Layer `json:"layers"`
}

// Layer describes y = activation(x·weight + bias), from In to Out values. The one-hot vectors of
// labels count as inputs of the first layer.
type Layer struct {
	Name       string `json:"name"` // "generator.0"
	In         int    `json:"in"`
	Out        int    `json:"out"`
	Activation string `json:"activation"`
	Parameters int    `json:"parameters"`
}

// Nets describes the generator and the discriminator.
func (s *State) Nets() []Net {
	var nets []Net
	for _, net := range []*nn.Net{generatorNet(s.Config), discriminatorNet(s.Config)} {
		n := Net{Name: net.Name}
		for _, l := range net.Layers {
			d, ok := l.(nn.Dense)
			if c, conditioned := l.(nn.Conditioned); conditioned {
				d, ok = c.Dense, true
				d.In += c.Pack * c.Classes
			}
			if !ok { // it has no parameters
				continue
			}
			n.Layers = append(n.Layers, Layer{fmt.Sprintf("%s.%d", net.Name, d.Number), d.In, d.Units, d.Activation.Name, d.Parameters()})
			n.Parameters += d.Parameters()
		}
		nets = append(nets, n)
	}
	return nets
}
