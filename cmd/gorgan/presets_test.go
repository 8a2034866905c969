package main

import (
	"path"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/run"
)

func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"Nets after Radford et al. 2016, for MNIST. Ten epochs take a while": "Nets after Radford et al. 2016, for MNIST",
		"After Goodfellow et al. The rest is ours. More":                     "After Goodfellow et al. The rest is ours",
		"A rate of 0.5, then a fall. It ends":                                "A rate of 0.5, then a fall",
		"One sentence":                                                       "One sentence",
		"":                                                                   "",
	} {
		if got := firstSentence(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestPurposes: the list of presets says of each in a whole sentence what it is for.
func TestPurposes(t *testing.T) {
	for _, name := range presetNames() {
		text, err := readPreset(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := firstSentence(purposeOf(text)); len(got) < 30 || strings.HasSuffix(got, " al") {
			t.Errorf("%s: %q is no sentence", name, got)
		}
	}
}

// TestVariants: the variants are runs that can be trained, of the same generator with the same settings. So a table compares
// their losses.
func TestVariants(t *testing.T) {
	of := func(name string) model.Config {
		_, s, err := baseline(run.Settings{Began: run.Origin{Command: []string{"gorgan", "train", "--preset", path.Join(variants, name)}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Model.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s.Steps != 7800 || s.Images != 50000 {
			t.Errorf("%s: %d steps on %d images, want 7800 on 50000", name, s.Steps, s.Images)
		}
		return s.Model
	}
	first := of("gan")
	for _, name := range presetsIn(variants) {
		// What a variant is made of, and what needs it: the discriminator's text.
		c := of(name)
		c.Loss, c.DisLayers, c.Classes, c.DisLabels = first.Loss, first.DisLayers, first.Classes, first.DisLabels
		c.ClassWeight, c.GenClassWeight = first.ClassWeight, first.GenClassWeight
		c.CodeClasses, c.CodeValues, c.CodeWeight, c.CodeValueWeight = first.CodeClasses, first.CodeValues, first.CodeWeight, first.CodeValueWeight
		c.Margin, c.PullAway, c.Gamma, c.KRate, c.R1, c.R2 = first.Margin, first.PullAway, first.Gamma, first.KRate, first.R1, first.R2
		if d := c.Differences(first); len(d) > 0 {
			t.Errorf("%s: %v, from the variant gan", name, d)
		}
	}
}
