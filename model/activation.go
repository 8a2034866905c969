package model

import "gorgan/model/layers"

// Activations returns the names that Config.DisActivation can have: those of hidden layers.
func Activations() []string {
	return activationsWith(func(a layers.Activation) bool { return a.Hidden })
}

// GenActivations returns the names that Config.GenActivation can have.
func GenActivations() []string {
	return activationsWith(func(a layers.Activation) bool { return a.Hidden && !a.OfDense })
}

// What the images of G end with.
const (
	SigmoidOutput = "sigmoid" // the nets have images in [0,1]
	// TanhOutput means that the nets have images in [-1,1]. G brings its images to [0,1] at its end, and D the images that it gets
	// to [-1,1] at its beginning, so that all others have images in [0,1].
	TanhOutput = "tanh"
)

// GenOutputs returns the names that Config.GenOutput can have.
func GenOutputs() []string { return []string{SigmoidOutput, TanhOutput} }

func activationsWith(has func(layers.Activation) bool) (names []string) {
	for _, a := range layers.Activations() {
		if has(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

// ActivationSummary describes the activation of that name in a line. It returns "" if there is
// none.
func ActivationSummary(name string) string {
	a, _ := layers.ActivationNamed(name)
	return a.Summary
}
