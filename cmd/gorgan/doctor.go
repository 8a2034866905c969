package main

import (
	"context"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
)

func newDoctor(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "try a device step by step, and say what is wrong and what to do",
		Description: "Checks what there is, then each kernel and the matrix products against float64, and a recorded step.\n" +
			"Without a CUDA device it checks the CPU instead, and ends with exit code 3.\n\n" +
			"Environment: " + device.LevelVar + " is the CPU's instruction level, avx512, avx2 or purego (the fastest without it);\n" +
			device.TimeoutVar + " is how long a call of the CUDA driver may take before the device is given up, as 30s.\n\n" +
			"Examples:\n\n   gorgan doctor\n   gorgan doctor --device cpu",
		Flags:  append(deviceFlags("cuda"), &cli.BoolFlag{Name: "json", Usage: "print JSON"}),
		Action: action(ui, readDoctorOptions, runDoctor),
	}
}

type doctorOptions struct {
	device deviceOptions
	json   bool
}

func readDoctorOptions(_ *ui, c *cli.Context) (o doctorOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o.json = c.Bool("json")
	o.device, err = readDeviceOptions(c)
	return o, err
}

func runDoctor(ctx context.Context, ui *ui, o doctorOptions) error {
	all := []device.Finding{}
	err := device.Examine(ctx, o.device.name, o.device.Options, func(f device.Finding) {
		all = append(all, f)
		if f.Step == "device" && f.OK { // the one examined, which may not be the one asked for
			o.device.sayIneffective(ui, strings.HasPrefix(f.About, "cpu"))
		}
		if !o.json {
			ui.say("%s %-14s %s", mark(f.OK), f.Step, f.About)
		}
	})
	if o.json {
		if err := printJSON(ui, all); err != nil {
			return err
		}
	}
	return err
}

// mark returns the sign for yes or no in a list.
func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}
