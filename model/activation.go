package model

import (
	"slices"

	"gorgan/model/nn"
)

// activations is the table of hidden activations. Flags, help, errors and tests range over it.
// The output layers have nn.Sigmoid and nn.Linear.
var activations = table[func(Config) nn.Activation]{
	{"relu", "max(x,0): the tutorial's", func(Config) nn.Activation { return nn.ReLU(0) }},
	{"leaky-relu", "max(x,0) + leaky_slope·min(x,0): Maas et al. 2013",
		func(c Config) nn.Activation { return nn.ReLU(float32(c.LeakySlope)) }},
	{"tanh", "the hyperbolic tangent", func(Config) nn.Activation { return nn.Tanh() }},
	{"maxout", "the largest of maxout_pieces sums: Goodfellow et al. 2013; the 2014 paper's discriminator",
		func(c Config) nn.Activation { return nn.Maxout(c.MaxoutPieces) }},
}

// Activations returns the names that Config.DisActivation can have.
func Activations() []string { return activations.names() }

// GenActivations returns the names that Config.GenActivation can have.
func GenActivations() []string {
	return slices.DeleteFunc(Activations(), func(name string) bool { return name == "maxout" })
}

// ActivationSummary describes the activation of that name in a line. It returns "" if there is
// none.
func ActivationSummary(name string) string {
	a, _ := activations.find(name)
	return a.summary
}
