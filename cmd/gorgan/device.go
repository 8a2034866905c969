package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/cuda"
	"gorgan/kernels"
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

// mostWorkers is more than any machine has cores; each costs memory.
const mostWorkers = 1024

// checkDevice refuses what cannot be meant, before anything is opened.
func checkDevice(c *cli.Context) error {
	if n := c.Int("workers"); n < 0 || n > mostWorkers {
		return usageError{fmt.Errorf("--workers is %d, want 0 to %d", n, mostWorkers)}
	}
	if level := os.Getenv(kernels.LevelVar); level != "" && !slices.Contains(kernels.Levels(), level) {
		return usageError{fmt.Errorf("%s is %q: this build on this processor has %s", kernels.LevelVar, level, strings.Join(kernels.Levels(), ", "))}
	}
	return nil
}

// deviceOptions are what the flags say, but for the device's name.
func deviceOptions(c *cli.Context) cuda.Options {
	return cuda.Options{Workers: c.Int("workers"), TF32: c.Bool("tf32"), NoGraph: c.Bool("no-graph")}
}
