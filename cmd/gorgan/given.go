package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model"
)

// given are the names of the flags that a command line gives, or a preset.
type given map[string]bool

func givenFlags(c *cli.Context) given {
	g := given{}
	for _, f := range c.Command.Flags {
		if name := f.Names()[0]; c.IsSet(name) {
			g[name] = true
		}
	}
	return g
}

// model sets those fields of a model's settings whose flags are given, to their values in flags.
func (g given) model(to *model.Config, flags model.Config) {
	for _, f := range modelFlagsOf(flags) {
		if g[f.Names()[0]] {
			f.copy(to, &flags)
		}
	}
}

// sayIneffective prints which given flags of the model's settings have no effect.
func (g given) sayIneffective(ui *ui, m model.Config) {
	without := m.Ineffective(func(field string) bool { return g[strings.ReplaceAll(field, "_", "-")] })
	for _, field := range slices.Sorted(maps.Keys(without)) {
		ui.note("--%s has no effect: it has one %s", strings.ReplaceAll(field, "_", "-"), without[field])
	}
}
