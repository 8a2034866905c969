package model

import "gorgan/model/nn"

// mlpNets returns two multilayer perceptrons.
func mlpNets(c Config) (gen, dis *nn.Net) {
	genHidden, _ := activations.find(c.GenActivation)
	widths := append([]int{c.NoiseDim}, c.GenHidden...)
	gen = perceptron{"generator", append(widths, c.Values()), genHidden.value(c), nn.Sigmoid(), c.Classes, 1, 0, 0}.net()
	disHidden, _ := activations.find(c.DisActivation)
	widths = append([]int{c.Pack * c.Values()}, c.DisHidden...)
	dis = perceptron{"discriminator", append(widths, 1), disHidden.value(c), nn.Linear(), c.Classes, c.Pack, c.DisDropoutInput, c.DisDropoutHidden}.net()
	return gen, dis
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
