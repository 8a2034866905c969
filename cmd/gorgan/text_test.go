package main

import (
	"errors"
	"testing"
)

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

// TestSentence: errors are one line, however many there are and whatever they quote.
func TestSentence(t *testing.T) {
	err := errors.Join(errors.New("keep is -1"), errors.New("there is no flag --\x1b[31m\t"))
	if got, want := sentence(err), `keep is -1; there is no flag --\x1b[31m\t`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
