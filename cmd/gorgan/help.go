package main

import (
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
)

// helpColumns is the width of the help, which fits on any terminal. Only an example may be
// wider. Descriptions are indented by margin.
const (
	helpColumns = 80
	margin      = "   "
)

// helpOf returns the template of a command's help. It has the flags in the command's order and
// under the command's headings.
func helpOf(command *cli.Command) string {
	var b strings.Builder
	b.WriteString("NAME:\n   {{template \"helpNameTemplate\" .}}\n\nUSAGE:\n   {{template \"usageTemplate\" .}}\n\n")
	if command.Description != "" {
		b.WriteString("DESCRIPTION:\n" + described(command.Description) + "\n")
	}
	b.WriteString("OPTIONS:\n")
	heading, rows := "", [][2]string(nil)
	for _, f := range append(command.Flags[:len(command.Flags):len(command.Flags)], cli.HelpFlag) {
		if category := categoryOf(f); category != heading {
			b.WriteString(list(rows...) + "\n")
			if heading, rows = category, nil; heading != "" {
				b.WriteString(margin + heading + "\n\n")
			}
		}
		name, usage, _ := strings.Cut(f.String(), "\t")
		rows = append(rows, [2]string{name, strings.TrimSuffix(usage, " (default: false)")})
	}
	b.WriteString(list(rows...))
	return b.String()
}

// categoryOf returns the heading of a flag, or "" if it has none.
func categoryOf(f cli.Flag) string {
	if f, ok := f.(cli.CategorizableFlag); ok {
		return f.GetCategory()
	}
	return ""
}

// described lays out a description for the help. Lines that are not indented are prose.
func described(text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		if i > 0 {
			b.WriteString("\n")
		}
		if strings.HasPrefix(paragraph, " ") {
			b.WriteString(margin + strings.ReplaceAll(paragraph, "\n", "\n"+margin) + "\n")
		} else {
			for _, line := range wrapped(paragraph, helpColumns-len(margin)) {
				b.WriteString(margin + line + "\n")
			}
		}
	}
	return b.String()
}

// list returns lines of a word and its meaning. They leave room for one more indentation,
// because they stand in a description.
func list(rows ...[2]string) string {
	longest := 0
	for _, r := range rows {
		longest = max(longest, runewidth.StringWidth(r[0]))
	}
	var b strings.Builder
	for _, r := range rows {
		word := r[0]
		for _, line := range wrapped(r[1], helpColumns-2*len(margin)-longest-2) {
			b.WriteString(margin + runewidth.FillRight(word, longest) + "  " + line + "\n")
			word = ""
		}
	}
	return b.String()
}
