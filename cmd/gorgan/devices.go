package main

import (
	"encoding/json"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
)

func newDevices(ui *ui) *cli.Command {
	return &cli.Command{
		Name:        "devices",
		Usage:       "list what can compute here",
		Description: "Example:\n\n   gorgan devices",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: func(c *cli.Context) error {
			if _, err := positional(c); err != nil {
				return err
			}
			return runDevices(ui, c.Bool("json"))
		},
	}
}

func runDevices(ui *ui, asJSON bool) error {
	all := device.List()
	if asJSON {
		return printJSON(ui, all)
	}
	for _, d := range all {
		ui.say("%s %-8s %s", mark(d.Ready), d.Name, d.About)
	}
	return nil
}

// printJSON writes v to out, indented.
func printJSON(ui *ui, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	ui.say("%s", text)
	return nil
}
