package main

import (
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestStages: a stage that goes over the images several times never shows more than all of
// it, nor a rate of what it counts.
func TestStages(t *testing.T) {
	var said strings.Builder
	u := newUI(io.Discard, &said)
	u.terminal, u.width = true, func() int { return 60 }
	stage := stages(u)
	for range 3 {
		for done := range 2 {
			stage("parzen", done+1, 2)
		}
	}
	stage("parzen", 1, 4)
	stage("parzen, floor", 1, 4)
	u.stop()
	var shown []string
	for _, m := range regexp.MustCompile(`(parzen(?:, floor)?) .* (\S+) \d+%`).FindAllStringSubmatch(strings.ReplaceAll(said.String(), "\r", "\n"), -1) {
		shown = append(shown, m[1]+" "+m[2])
	}
	if got, want := strings.Join(shown, "; "), "parzen 1/2; parzen 1/2; parzen 1/2; parzen 1/4; parzen, floor 1/4"; got != want {
		t.Errorf("shown is %q, want %q", got, want)
	}
}
