package model

// Net describes one of a state's nets.
type Net struct {
	Name       string  `json:"name"`
	Parameters int     `json:"parameters"`
	Layers     []Layer `json:"layers"`
}

// Layer describes y = activation(x·weight + bias), from in to out values.
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
			in, out := sh.widths[i], sh.widths[i+1]
			act := sh.hidden
			if i == len(sh.widths)-2 {
				act = sh.out
			}
			n.Layers = append(n.Layers, Layer{layerName(sh.name, i), in, out, act.name, in*out + out})
			n.Parameters += in*out + out
		}
		nets = append(nets, n)
	}
	return nets
}
