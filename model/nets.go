package model

import "fmt"

// Net describes one of a state's nets.
type Net struct {
	Name       string  `json:"name"`
	Parameters int     `json:"parameters"`
	Layers     []Layer `json:"layers"`
}

// Layer describes y = activation(x·weight + bias), from in to out values; the labels'
// one-hot vectors count among what the first layer takes in.
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
	for _, sh := range []shapes{generatorShapes(s.Config), discriminatorShapes(s.Config)} {
		n := Net{Name: sh.name}
		for i := range len(sh.widths) - 1 {
			in, out, act := sh.widths[i], sh.widths[i+1], sh.act(i)
			if i == 0 {
				in += sh.pack * sh.classes
			}
			parameters := (in + 1) * out * act.pieces
			n.Layers = append(n.Layers, Layer{fmt.Sprintf("%s.%d", sh.name, i), in, out, act.name, parameters})
			n.Parameters += parameters
		}
		nets = append(nets, n)
	}
	return nets
}
