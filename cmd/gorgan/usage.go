package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// usageError is an error in a command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// The errors of the flag package.
const notDefined = "flag provided but not defined: -"

var badValue = regexp.MustCompile(`(?s)^invalid (?:boolean )?value "(.*)" for (?:flag )?-([a-z0-9-]+): `)

// badUsage says what is wrong with a flag. For a misspelt flag it suggests the one that may be
// meant.
func badUsage(c *cli.Context, err error, _ bool) error {
	help := fmt.Sprintf("see %s --help", c.Command.HelpName)
	text := err.Error()
	if name, ok := strings.CutPrefix(text, notDefined); ok {
		var known []string
		for _, f := range c.Command.Flags {
			known = append(known, f.Names()...)
		}
		if near := closest(name, known); near != "" {
			return usageError{fmt.Errorf("there is no flag --%s; did you mean --%s? %s", name, near, help)}
		}
		return usageError{fmt.Errorf("there is no flag --%s; %s", name, help)}
	}
	if m := badValue.FindStringSubmatch(text); m != nil {
		return usageError{fmt.Errorf("--%s is %q, want %s; %s", m[2], unescaped(m[1]), wanted(findFlag(c.Command.Flags, m[2])), help)}
	}
	return usageError{fmt.Errorf("%w; %s", err, help)}
}

// notACommand returns the error about a first argument that is not a command.
func notACommand(c *cli.Context) error {
	name, commands, help := c.Args().First(), c.App.Commands, "gorgan --help"
	if c.Command != nil && len(c.Command.Subcommands) > 0 && c.Command.Name != "gorgan" {
		commands, help = c.Command.Subcommands, c.Command.HelpName+" --help"
	}
	var known []string
	for _, command := range commands {
		known = append(known, command.Names()...)
	}
	if near := closest(name, known); near != "" {
		return usageError{fmt.Errorf("%q is not a command; did you mean %s? see %s", name, near, help)}
	}
	return usageError{fmt.Errorf("%q is not a command; see %s", name, help)}
}

// flagFor asks about the flag that was left out before a path of a model or of images. It returns "" if
// there is no such path or flag.
func flagFor(c *cli.Context, path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	for _, name := range []string{"model", "data"} {
		if slices.ContainsFunc(c.Command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
			return fmt.Sprintf("did you mean --%s %.80q? ", name, path)
		}
	}
	return ""
}

// wanted describes the values that a flag takes.
func wanted(f cli.Flag) string {
	switch f.(type) {
	case *cli.UintFlag, *cli.Uint64Flag:
		return "a whole number of 0 or more"
	case *cli.IntFlag:
		return "a whole number"
	case *cli.Float64Flag:
		return "a number"
	case *cli.DurationFlag:
		return "a time as in 4s or 500ms"
	case *cli.BoolFlag:
		return "true or false"
	}
	return "another value"
}

// unescaped undoes the flag package's %q as far as possible.
func unescaped(text string) string { return strings.ReplaceAll(text, `\"`, `"`) }

// closest returns the known name that may have been meant, or "" if none is near. A short name
// may have one wrong letter, and a longer one two.
func closest(name string, known []string) string {
	best, least := "", 3
	if len(name) < 5 {
		least = 2
	}
	for _, k := range known {
		if d := distance(name, k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, remove, replace or swap with the next one to turn a
// into b (optimal string alignment).
func distance(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			same := last[j]
			if a[i] != b[j] {
				same++
			}
			row[j+1] = slices.Min([]int{same, last[j+1] + 1, row[j] + 1})
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
