package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gorgan/kernels/device"
	"gorgan/model"
)

// ways are what bench --ways times in turn: ways to compute the same step, each with batches of each
// size.
type ways struct {
	all     []way
	batches []int
	rounds  int
}

// way is a plan and what else decides how fast a step is.
type way struct {
	name   string // as the user wrote it
	single bool   // steps are run one by one
	device.Options
}

// waysForm is the form of --ways, for help and errors.
const waysForm = "PLAN[+tf32][+pdl][+single]"

// parseWays reads ways in the form of waysForm, with commas between.
func parseWays(text string) (all []way, err error) {
	for name := range strings.SplitSeq(text, ",") {
		plan, options, _ := strings.Cut(name, "+")
		w := way{name: name, Options: device.Options{Plan: plan}}
		for o := range strings.SplitSeq(options, "+") {
			switch o {
			case "":
			case "tf32":
				w.TF32 = true
			case "pdl":
				w.PDL = true
			case "single":
				w.single = true
			default:
				return nil, usageError{fmt.Errorf("--ways has %q, want the form %s", name, waysForm)}
			}
		}
		if plan == "" {
			return nil, usageError{fmt.Errorf("--ways has %q, want the form %s", name, waysForm)}
		}
		if err := device.CheckPlan(plan); err != nil {
			return nil, usageError{fmt.Errorf("--ways has %q: %w", name, err)}
		}
		all = append(all, w)
	}
	return all, nil
}

// parseBatches reads sizes of batches with commas between.
func parseBatches(text string) (all []int, err error) {
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, usageError{fmt.Errorf("--batch-sizes has %q, want whole numbers above 0 with commas between", part)}
		}
		all = append(all, n)
	}
	return all, nil
}

// wayTiming is a time that bench --ways measured. With --json each is a line.
type wayTiming struct {
	Way       string  `json:"way"`
	Nth       int     `json:"nth"` // which of the ways, from 1: a way that is there twice shows the noise
	BatchSize int     `json:"batch_size"`
	Round     int     `json:"round"`
	Median    float64 `json:"median_ms"`
	P10       float64 `json:"p10_ms"`
	P90       float64 `json:"p90_ms"`
	Repeats   int     `json:"repeats"`
}

// contestant is a way with a size of batch.
type contestant struct {
	wayTiming
	clock *model.StepClock
}

// timeWays times all ways in turn and prints each time as soon as it is known.
func (o benchOptions) timeWays(ctx context.Context, ui *ui) (err error) {
	set, err := o.set(ctx)
	if err != nil {
		return err
	}
	var open []io.Closer
	defer func() {
		for _, c := range open {
			err = errors.Join(err, c.Close())
		}
	}()
	devices := map[device.Options]device.Device{}
	var opened []way // those that a device was opened for
	var all []contestant
	for nth, w := range o.ways.all {
		w.Workers, w.NoGraph, w.TF32 = o.device.Workers, o.device.NoGraph, w.TF32 || o.device.TF32
		dev, has := devices[w.Options]
		if !has {
			if dev, _, err = device.Open(o.device.name, w.Options); errors.Is(err, device.ErrPDL) {
				ui.note("%s is left out: %v", w.name, err)
				continue
			} else if err != nil {
				return err
			}
			open, opened, devices[w.Options] = append(open, dev), append(opened, w), dev
			if device.IsCPU(dev) {
				return usageError{fmt.Errorf("--device %s is the CPU, on which all ways are the same; want a CUDA device", o.device.name)}
			}
		}
		for _, batch := range o.ways.batches {
			config := o.config
			config.BatchSize = batch
			clock, err := model.NewStepClock(ctx, dev, config, set, w.single)
			if err != nil {
				return fmt.Errorf("--ways %s, batches of %d: %w", w.name, batch, err)
			}
			defer clock.Close()
			all = append(all, contestant{wayTiming{Way: w.name, Nth: nth + 1, BatchSize: batch}, clock})
		}
	}
	for _, w := range opened {
		if s, ok := device.Settle(devices[w.Options]); ok {
			ui.notes(s.Notes)
			ui.note("plan of %s: %s", w.name, s.About)
		}
	}
	for round := range o.ways.rounds {
		for _, c := range all {
			t, err := c.clock.Time(ctx, o.measure.Step)
			if err != nil {
				return err
			}
			c.Round, c.Median, c.P10, c.P90, c.Repeats = round+1, t.Median, t.P10, t.P90, t.Repeats
			if err := c.print(ui, o.json); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t wayTiming) print(ui *ui, asJSON bool) error {
	if !asJSON {
		ui.say("round %d  %-24s batch %5d  %9.4f ms (p10 %.4f, p90 %.4f, %s)", t.Round, printable(t.Way), t.BatchSize, t.Median, t.P10, t.P90, count(t.Repeats, "time"))
		return nil
	}
	line, err := json.Marshal(t)
	ui.say("%s", line)
	return err
}

// mostRounds bounds --rounds.
const mostRounds = 1000

// readWays reads the flags of bench that say which ways are timed. There are none without --ways.
func readWays(g given, text, batches string, rounds int) (w ways, err error) {
	if !g["ways"] {
		if g["rounds"] || g["batch-sizes"] {
			return w, usageError{errors.New("--rounds and --batch-sizes have no effect without --ways")}
		}
		return w, nil
	}
	for _, other := range []string{"plan", "step", "products", "unfused", "launches", "times", "compare"} {
		if g[other] {
			return w, usageError{fmt.Errorf("got --ways and --%s, want one of them", other)}
		}
	}
	if rounds < 1 || rounds > mostRounds {
		return w, usageError{fmt.Errorf("--rounds is %d, want 1 to %d", rounds, mostRounds)}
	}
	w.rounds = rounds
	if w.batches, err = parseBatches(batches); err != nil {
		return w, err
	}
	w.all, err = parseWays(text)
	return w, err
}
