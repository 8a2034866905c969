package layers

import "gorgan/model/nn"

// Activation is an activation that a layer can have.
type Activation struct {
	Name, Summary string
	Hidden        bool // hidden layers have it: the others are for the last layer of a net
	OfDense       bool // only dense layers of a discriminator have it
	New           func(s Parameters) nn.Activation
}

// Parameters are the numbers that some activations have.
type Parameters struct {
	LeakySlope   float64
	MaxoutPieces int
}

// Activations returns the table of activations. Texts, flags, help, errors and tests range over it.
func Activations() []Activation {
	return []Activation{
		{"relu", "max(x,0): the tutorial's", true, false, func(Parameters) nn.Activation { return nn.ReLU(0) }},
		{"leaky-relu", "max(x,0) + leaky_slope·min(x,0): Maas et al. 2013", true, false,
			func(p Parameters) nn.Activation { return nn.ReLU(float32(p.LeakySlope)) }},
		{"tanh", "the hyperbolic tangent", true, false, func(Parameters) nn.Activation { return nn.Tanh() }},
		{"maxout", "the largest of maxout_pieces sums: Goodfellow et al. 2013; the 2014 paper's discriminator", true, true,
			func(p Parameters) nn.Activation { return nn.Maxout(p.MaxoutPieces) }},
		{"sigmoid", "1/(1+exp(-x)), in (0,1)", false, false, func(Parameters) nn.Activation { return nn.Sigmoid() }},
		{"linear", "x itself", false, false, func(Parameters) nn.Activation { return nn.Linear() }},
	}
}

// ActivationNamed returns the row of that name.
func ActivationNamed(name string) (a Activation, known bool) {
	for _, a := range Activations() {
		if a.Name == name {
			return a, true
		}
	}
	return Activation{}, false
}
