package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/atomicfile"
	"gorgan/kernels/device"
	"gorgan/kernels/plan"
	"gorgan/model"
)

func newTune(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "tune",
		Usage: "time what can compute each product of a step on CUDA",
		Description: "Prints a table of the products with the times of cuBLAS and of our own tiles. A time\n" +
			"is that of the product and of the kernels that a tile takes in. --out writes the\n" +
			"fastest of them as a plan, for --plan of train.\n\nExamples:\n\n   gorgan tune\n   gorgan tune --all --out plans.json",
		Flags: slices.Concat(presetFlags(), deviceFlags("cuda"), []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "time batches of all --batch-sizes, in float32 and in TF32"},
			&cli.StringFlag{Name: "batch-sizes", Usage: "with --all, batches of each size of this `LIST`", Value: "128,512,2048,8192"},
			&cli.DurationFlag{Name: "time", Usage: "time the candidates of each precision for `D` at most", Value: 30 * time.Second},
			&cli.StringFlag{Name: "out", Usage: "write the plans to `FILE`"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		}, inModelCategories(modelFlags(model.Default()))),
		Action: action(ui, readTuneOptions, runTune),
	}
}

type tuneOptions struct {
	config  model.Config
	given   given
	device  deviceOptions
	batches []int
	tf32    []bool // the precisions
	time    time.Duration
	out     string // empty for no file
	json    bool
}

func readTuneOptions(ui *ui, c *cli.Context) (o tuneOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	if _, err = applyPreset(ui, c); err != nil {
		return o, err
	}
	o = tuneOptions{given: givenFlags(c), time: c.Duration("time"), out: c.String("out"), json: c.Bool("json")}
	if o.device, err = readDeviceOptions(c); err != nil {
		return o, err
	}
	if o.config, err = readModelFlags(c); err != nil {
		return o, err
	}
	if err := o.config.ValidateNamed(flagNamed); err != nil {
		return o, usageError{err}
	}
	if o.time <= 0 {
		return o, usageError{fmt.Errorf("--time is %v, want more than 0", o.time)}
	}
	o.batches, o.tf32 = []int{o.config.BatchSize}, []bool{o.device.TF32}
	if !c.Bool("all") {
		if o.given["batch-sizes"] {
			return o, usageError{errors.New("--batch-sizes has no effect without --all")}
		}
		return o, nil
	}
	for _, one := range []string{"batch-size", "tf32"} {
		if o.given[one] {
			return o, usageError{fmt.Errorf("got --all and --%s, want one of them", one)}
		}
	}
	o.tf32 = []bool{false, true}
	o.batches, err = parseBatches(c.String("batch-sizes"))
	return o, err
}

func runTune(ctx context.Context, ui *ui, o tuneOptions) error {
	if err := o.tryOut(); err != nil {
		return err
	}
	set, _, err := dataset.Open(ctx, "mnist", dataset.Options{})
	if err != nil {
		return err
	}
	o.given.sayIneffective(ui, o.config)
	plans := []plan.Plan{}
	for _, tf32 := range o.tf32 {
		p, err := o.tune(ctx, ui, set, tf32)
		if err != nil {
			return err
		}
		plans = append(plans, p)
		if !o.json {
			printPlan(ui, p)
		}
		if o.out == "" {
			continue
		}
		if err := plan.Write(o.out, plans...); err != nil { // after each, as a later one may not be reached
			return err
		}
	}
	if o.json {
		return printJSON(ui, plans)
	}
	return nil
}

// tryOut returns an error if --out cannot be written, before what is to be written is timed. It leaves the
// file as it is.
func (o tuneOptions) tryOut() error {
	if o.out == "" {
		return nil
	}
	if info, err := os.Stat(o.out); err == nil && info.IsDir() {
		return usageError{fmt.Errorf("--out %s is a folder, want a file", o.out)}
	}
	enough := errors.New("only tried")
	err := atomicfile.Write(o.out, func(io.Writer) error { return enough })
	if errors.Is(err, enough) {
		return nil
	}
	return err
}

// tune times the candidates of all sizes of batches in one precision.
func (o tuneOptions) tune(ctx context.Context, ui *ui, set *dataset.Set, tf32 bool) (p plan.Plan, err error) {
	options := o.device.Options
	options.TF32, options.Plan, options.PlanTime = tf32, device.PlanTimed, o.time
	dev, _, err := device.Open(o.device.name, options)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, dev.Close()) }()
	if device.IsCPU(dev) {
		return p, usageError{fmt.Errorf("--device %s is the CPU, whose products have no plan; want a CUDA device", o.device.name)}
	}
	for _, batch := range o.batches {
		if err := ctx.Err(); err != nil {
			return p, err
		}
		c := o.config
		c.BatchSize = batch
		if _, err := model.NewTrainer(dev, c, set); err != nil {
			return p, fmt.Errorf("batches of %d: %w", batch, err)
		}
	}
	p, _ = sayPlan(ui, dev)
	return p, nil
}
