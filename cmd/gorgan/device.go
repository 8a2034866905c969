package main

import (
	"github.com/urfave/cli/v2"

	"gorgan/cuda"
)

// deviceFlags choose what a command computes on, by itself on the device named, and
// how.
func deviceFlags(device string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "device", Usage: "`NAME`: " + cuda.Names, Value: device},
		&cli.IntFlag{Name: "workers", Usage: "goroutines that compute on the CPU, 0 for one a core"},
		&cli.BoolFlag{Name: "tf32", Usage: "on CUDA, multiply on tensor cores, faster and with 10 bits of mantissa"},
		&cli.BoolFlag{Name: "no-graph", Usage: "on CUDA, launch a step's kernels one by one; the result is the same"},
	}
}

// deviceOptions are what the flags say, but for the device's name.
func deviceOptions(c *cli.Context) cuda.Options {
	return cuda.Options{Workers: c.Int("workers"), TF32: c.Bool("tf32"), NoGraph: c.Bool("no-graph")}
}
