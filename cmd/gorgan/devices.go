package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
)

func newDevices(ui *ui) *cli.Command {
	return &cli.Command{
		Name:        "devices",
		Usage:       "list what can compute here",
		Description: "Example:\n\n   gorgan devices",
		Flags:       []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action:      action(ui, readDevicesOptions, runDevices),
	}
}

type devicesOptions struct{ json bool }

func readDevicesOptions(_ *ui, c *cli.Context) (devicesOptions, error) {
	_, err := positional(c)
	return devicesOptions{c.Bool("json")}, err
}

func runDevices(_ context.Context, ui *ui, o devicesOptions) error {
	all := device.List()
	if o.json {
		return printJSON(ui, all)
	}
	for _, d := range all {
		ui.say("%s %-8s %s", mark(d.Ready), d.Name, d.About)
	}
	return nil
}

// printJSON writes v to out, indented.
func printJSON(ui *ui, v any) error {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false) // a <= stays readable
	if err := e.Encode(v); err != nil {
		return err
	}
	ui.say("%s", strings.TrimSuffix(text.String(), "\n"))
	return nil
}
