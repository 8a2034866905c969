package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// TestHelp: the help of every command fits the screen, examples apart, and has every flag.
func TestHelp(t *testing.T) {
	helpOf := func(command string) string {
		var said strings.Builder
		if code := execute(t.Context(), strings.Fields("gorgan "+command+" --help"), &said, io.Discard); code != 0 {
			t.Errorf("gorgan %s --help ended with %d", command, code)
		}
		return said.String()
	}
	fits := func(command string) {
		t.Helper()
		for line := range strings.Lines(helpOf(command)) {
			most := 80
			if strings.HasPrefix(line, "      gorgan ") || strings.HasPrefix(line, "   gorgan ") { // an example, or the command's name
				most = 100
			}
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > most {
				t.Errorf("gorgan %s --help: %d columns, want %d: %s", command, n, most, line)
			}
		}
	}
	fits("")
	var check func(above string, below []*cli.Command)
	check = func(above string, below []*cli.Command) {
		for _, c := range below {
			name := strings.TrimSpace(above + " " + c.Name)
			fits(name)
			help := helpOf(name)
			for _, f := range c.Flags {
				if n := strings.Count(help, fmt.Sprintf("\n   --%s ", f.Names()[0])); n != 1 {
					t.Errorf("gorgan %s --help: --%s stands there %d times", name, f.Names()[0], n)
				}
			}
			if !strings.Contains(help, "\n   --help, -h ") {
				t.Errorf("gorgan %s --help has no --help", name)
			}
			check(name, c.Subcommands)
		}
	}
	check("", newApp(newUI(io.Discard, io.Discard)).Commands)
	var said strings.Builder
	execute(t.Context(), []string{"gorgan", "help", "train"}, &said, io.Discard)
	if said.String() != helpOf("train") {
		t.Errorf("gorgan help train has\n%s", said.String())
	}
}

func TestDescribed(t *testing.T) {
	text := "One idea\nof two lines.\n\n   an example   \n   another\n\nNext:\n\n" + list([2]string{"word", strings.Repeat("means ", 20)})
	want := "   One idea of two lines.\n\n      an example   \n      another\n\n   Next:\n\n" +
		"      word  " + strings.TrimSpace(strings.Repeat("means ", 11)) + "\n" +
		"            " + strings.TrimSpace(strings.Repeat("means ", 9)) + "\n"
	if got := described(text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
