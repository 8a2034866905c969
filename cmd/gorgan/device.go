package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
)

// deviceFlags returns the flags that select the compute device. standard is the default of
// --device.
func deviceFlags(standard string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "device", Usage: "compute on the device `NAME`: " + device.Names, Value: standard},
		&cli.IntFlag{Name: "workers", Usage: "compute on the CPU with `N` goroutines, at most 1024; 0 for one per core"},
		&cli.BoolFlag{Name: "tf32", Usage: "on CUDA, multiply on tensor cores, faster and with 10 bits of mantissa"},
		&cli.BoolFlag{Name: "no-graph", Usage: "on CUDA, launch a step's kernels one by one; the result is the same"},
	}
}

// mostWorkers is more than the cores of any machine. Each worker costs memory.
const mostWorkers = 1024

// checkDevice refuses impossible values before a device is opened.
func checkDevice(c *cli.Context) error {
	if n := c.Int("workers"); n < 0 || n > mostWorkers {
		return usageError{fmt.Errorf("--workers is %d, want 0 to %d", n, mostWorkers)}
	}
	return nil
}

// deviceOptions returns the options that the flags give, without the device's name.
func deviceOptions(c *cli.Context) device.Options {
	return device.Options{Workers: c.Int("workers"), TF32: c.Bool("tf32"), NoGraph: c.Bool("no-graph")}
}

// sayIneffectiveOn prints which of the given flags have no effect on the CPU, or on CUDA.
func sayIneffectiveOn(ui *ui, o device.Options, cpu bool) {
	for _, f := range []struct {
		flag          string
		given, effect bool
		on            string
	}{
		{"workers", o.Workers != 0, cpu, "the CPU"},
		{"tf32", o.TF32, !cpu, "CUDA"},
		{"no-graph", o.NoGraph, !cpu, "CUDA"},
	} {
		if f.given && !f.effect {
			ui.note("--%s has no effect: it has one on %s", f.flag, f.on)
		}
	}
}
