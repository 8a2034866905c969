package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/kernels/plan"
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

// planFlag returns the flag that says what computes the products of a step on CUDA.
func planFlag() cli.Flag {
	return &cli.StringFlag{Name: "plan", Usage: "on CUDA, compute a step's products by `PLAN`: " + device.PlanNames, Value: device.PlanAuto}
}

// mostWorkers is more than the cores of any machine. Each worker costs memory.
const mostWorkers = 1024

// deviceOptions are the values of deviceFlags, and of planFlag where there is one.
type deviceOptions struct {
	name      string
	planGiven bool
	device.Options
}

// readDeviceOptions reads deviceFlags, and refuses values that no device can have.
func readDeviceOptions(c *cli.Context) (deviceOptions, error) {
	o := deviceOptions{c.String("device"), c.IsSet("plan"), device.Options{Workers: c.Int("workers"), TF32: c.Bool("tf32"), NoGraph: c.Bool("no-graph"), Plan: c.String("plan")}}
	if o.Workers < 0 || o.Workers > mostWorkers {
		return o, usageError{fmt.Errorf("--workers is %d, want 0 to %d", o.Workers, mostWorkers)}
	}
	if err := device.CheckPlan(o.Plan); err != nil { // here too, where the CPU would have no use for it
		return o, usageError{fmt.Errorf("--plan: %w", err)}
	}
	return o, nil
}

// open opens the device, and returns why it chose this one.
func (o deviceOptions) open() (dev device.Device, why string, err error) {
	return device.Open(o.name, o.Options)
}

// sayIneffective prints which of the given flags have no effect on the CPU, or on CUDA.
func (o deviceOptions) sayIneffective(ui *ui, cpu bool) {
	for _, f := range []struct {
		flag          string
		given, effect bool
		on            string
	}{
		{"workers", o.Workers != 0, cpu, "the CPU"},
		{"tf32", o.TF32, !cpu, "CUDA"},
		{"no-graph", o.NoGraph, !cpu, "CUDA"},
		{"plan", o.planGiven, !cpu, "CUDA"},
	} {
		if f.given && !f.effect {
			ui.note("--%s has no effect: it has one on %s", f.flag, f.on)
		}
	}
}

// sayPlan prints by what the products of dev's steps are computed. It returns the plan, which stays as
// it is. ok is false if dev has none, as the CPU has none.
func sayPlan(ui *ui, dev device.Device) (p plan.Plan, ok bool) {
	s, ok := device.Settle(dev)
	if ok {
		ui.notes(s.Notes)
		ui.note("plan: %s", s.About)
	}
	return s.Plan, ok
}

// sayOtherLevel prints a note if a run resumes on the CPU with another instruction set than it
// began with, because that gives other bits.
func sayOtherLevel(ui *ui, dev device.Device, began string) error {
	level, err := device.CPULevel()
	if err != nil {
		return err
	}
	if device.IsCPU(dev) && began != "" && (began == "purego") != (level == "purego") {
		ui.note("warning: the run began with the instructions %s and goes on with %s: its weights are not those it would have had", began, level)
	}
	return nil
}
