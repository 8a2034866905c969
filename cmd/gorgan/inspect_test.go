package main

import "testing"

// TestPrintable: what a file holds cannot steer the terminal.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"3f2a":             "3f2a",
		"größe 28x28":      "größe 28x28",
		"\x1b[2Jgone\r\n":  `\x1b[2Jgone\r\n`,
		"\u009b31m\u202ex": `\u009b31m\u202ex`,
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
