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
