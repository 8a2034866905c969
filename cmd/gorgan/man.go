package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
)

func newMan(ui *ui) *cli.Command {
	return &cli.Command{
		Name: "man", Usage: "write the manual pages, one for each command", ArgsUsage: "DIR",
		Description: "Examples:\n\n   gorgan man ~/.local/share/man/man1\n   man gorgan-train",
		Action: func(c *cli.Context) error {
			args, err := positional(c, "DIR")
			if err != nil {
				return err
			}
			return writeManual(ui, c.App, args[0])
		},
	}
}

// writeManual writes a page for the program and one for each command that the help lists. The texts are those of the help.
func writeManual(ui *ui, app *cli.App, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	written := 0
	page := func(name, text string) error {
		written++
		return atomicfile.WriteText(filepath.Join(dir, name+".1"), []byte(text))
	}
	err := page(app.Name, manualOfApp(app))
	var each func(above string, commands []*cli.Command)
	each = func(above string, commands []*cli.Command) {
		for _, c := range commands {
			if c.Hidden || c.Name == "help" { // which the package adds
				continue
			}
			err = errors.Join(err, page(above+"-"+c.Name, manualOf(above+"-"+c.Name, c)))
			each(above+"-"+c.Name, c.Subcommands)
		}
	}
	each(app.Name, app.Commands)
	if err == nil {
		ui.note("%d manual pages are in %s", written, dir)
	}
	return err
}

func manualOfApp(app *cli.App) string {
	m := &manual{}
	m.begin(app.Name, app.Usage, app.Name+" COMMAND [OPTIONS]")
	m.description(app.Description)
	m.line(".SH COMMANDS")
	for _, c := range app.Commands {
		if !c.Hidden && c.Name != "help" {
			m.entry(app.Name+"-"+c.Name+"(1)", c.Usage)
		}
	}
	return m.String()
}

// manualOf returns the page of a command.
func manualOf(name string, c *cli.Command) string {
	m := &manual{}
	synopsis := strings.ReplaceAll(name, "-", " ") + " [OPTIONS]"
	if c.ArgsUsage != "" {
		synopsis += " " + c.ArgsUsage
	}
	m.begin(name, c.Usage, synopsis)
	m.description(c.Description)
	if len(c.Flags) > 0 {
		m.line(".SH OPTIONS")
	}
	heading := ""
	for _, f := range c.Flags {
		if category := categoryOf(f); category != heading {
			heading = category
			m.line(".SS " + roff(heading))
		}
		name, usage, _ := strings.Cut(f.String(), "\t")
		m.entry(name, strings.TrimSuffix(usage, " (default: false)"))
	}
	m.line(".SH SEE ALSO")
	m.line(".BR gorgan (1)")
	return m.String()
}

// manual is the text of a page, in the language of man(7).
type manual struct{ strings.Builder }

func (m *manual) line(s string) { m.WriteString(s + "\n") }

func (m *manual) begin(name, usage, synopsis string) {
	m.line(".TH " + strings.ToUpper(name) + ` 1 "" "gorgan"`)
	m.line(".SH NAME")
	m.line(roff(name) + ` \- ` + roff(usage))
	m.line(".SH SYNOPSIS")
	m.line(roff(synopsis))
}

// entry is a word and what it means.
func (m *manual) entry(word, meaning string) {
	m.line(".TP")
	m.line(`\fB` + roff(word) + `\fR`)
	m.line(roff(meaning))
}

// description writes paragraphs. One that is indented is an example, or a list, and keeps its lines.
func (m *manual) description(text string) {
	m.line(".SH DESCRIPTION")
	for i, paragraph := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		if strings.HasPrefix(paragraph, " ") {
			m.line(".nf")
			for line := range strings.SplitSeq(paragraph, "\n") {
				m.line(roff(line))
			}
			m.line(".fi")
		} else {
			m.line(roff(strings.Join(strings.Fields(paragraph), " ")))
		}
	}
}

// roff returns text that man shows as it is.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
