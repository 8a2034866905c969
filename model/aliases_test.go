package model_test

import (
	"slices"
	"testing"

	"gorgan/model"
)

func TestLossNamed(t *testing.T) {
	for _, name := range model.Losses() {
		if got, err := model.LossNamed(name); got != name || err != nil {
			t.Errorf("%s is %s, %v", name, got, err)
		}
	}
	for name, want := range map[string]string{
		"LSGAN": "least-squares", "ns": "non-saturating", "Wgan_GP": "wgan-gp", "NON_SATURATING": "non-saturating", "Hinge": "hinge",
	} {
		if got, err := model.LossNamed(name); got != want || err != nil || !slices.Contains(model.Losses(), got) {
			t.Errorf("%s is %s, %v, want %s", name, got, err, want)
		}
	}
	for name, want := range map[string]string{
		"cgan": "use --classes N", "DCGAN": "use --arch dcgan", "infogan": "use --code-classes N or --code-values N", "ACGAN": "use --classes N --dis-labels classifier", "projection": "--dis-labels projection", "SNGAN": "use --preset variants/sngan", "bigan": "loss bigan is not implemented", "": `loss is "", want one of`, "lsgn": "want one of non-saturating, minimax",
	} {
		_, err := model.LossNamed(name)
		contains(t, err, want)
	}
}
