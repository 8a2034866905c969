package main

import (
	"strings"
	"testing"
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
