package main

import (
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/urfave/cli/v2"
)

// helpColumns is how wide help is, which any terminal shows; only an example may be wider.
// What it describes is moved in by margin.
const (
	helpColumns = 80
	margin      = "   "
)

// helpOf is the template of a command's help. It has the flags in the order and under the
// headings that the command gives them.
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

// categoryOf is the heading that a flag stands under, "" for none.
func categoryOf(f cli.Flag) string {
	if f, ok := f.(cli.CategorizableFlag); ok {
		return f.GetCategory()
	}
	return ""
}

// described is a description as help shows it: what is not indented is prose.
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

// list are lines of a word and what it means. A description that holds them is moved in once
// more, for which they leave room.
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
