package model

import (
	"slices"

	"gorgan/model/nn"
)

// activations is the table that flags, help, errors and tests range over. The output
// layers have nn.Sigmoid and nn.Linear.
var activations = table[func(Config) nn.Activation]{
	{"relu", "max(x,0): the tutorial's", func(Config) nn.Activation { return nn.ReLU(0) }},
	{"leaky-relu", "max(x,0) + leaky_slope·min(x,0): Maas et al. 2013",
		func(c Config) nn.Activation { return nn.ReLU(float32(c.LeakySlope)) }},
	{"tanh", "the hyperbolic tangent", func(Config) nn.Activation { return nn.Tanh() }},
	{"maxout", "the largest of maxout_pieces sums: Goodfellow et al. 2013; the 2014 paper's discriminator",
		func(c Config) nn.Activation { return nn.Maxout(c.MaxoutPieces) }},
}

// Activations returns the names Config.DisActivation takes.
func Activations() []string { return activations.names() }

// GenActivations returns the names Config.GenActivation takes.
func GenActivations() []string {
	return slices.DeleteFunc(Activations(), func(name string) bool { return name == "maxout" })
}

// ActivationSummary says in a line what the activation of that name is.
func ActivationSummary(name string) string {
	a, _ := activations.find(name)
	return a.summary
}
