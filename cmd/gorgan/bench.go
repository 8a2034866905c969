package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"
	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/kernels/device"
	"gorgan/model"
)

func newBench(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "time the training step and each pass it is made of",
		Description: "Times are medians; p10 and p90 show the spread. Shares are of the time all parts take alone.\n\nExamples:\n\n" +
			"   gorgan bench --batch-size 512\n   gorgan bench --preset best\n   gorgan bench --json >before.json\n   gorgan bench --compare before.json\n   gorgan bench --launches\n   gorgan bench --arch dcgan --size 64 --channels 3",
		Flags: slices.Concat(presetFlags(), deviceFlags("auto"), benchImageFlags(), []cli.Flag{
			planFlag(),
			&cli.DurationFlag{Name: "time", Usage: "measure steps for `D`, and each part for a twentieth of it, but each at least ten times", Value: 4 * time.Second},
			&cli.BoolFlag{Name: "step", Usage: "time the step alone, not its parts"},
			&cli.BoolFlag{Name: "products", Usage: "time the large matrix products of a step together, in place of the step"},
			&cli.BoolFlag{Name: "unfused", Usage: "compute the loss in four passes, as the tutorial does, to see what fusing them saves"},
			&cli.StringFlag{Name: "ways", Usage: "time ways to compute a step in turn: a `LIST` of " + waysForm},
			&cli.IntFlag{Name: "rounds", Usage: "with --ways, time each `N` times", Value: 5},
			&cli.StringFlag{Name: "batch-sizes", Usage: "with --ways, batches of each size of this `LIST`", Value: "128"},
			&cli.BoolFlag{Name: "launches", Usage: "print the launches of a step and what each comes after, and time nothing"},
			&cli.BoolFlag{Name: "probe", Usage: "time what limits any step on the device: launches, copies, a large product"},
			&cli.BoolFlag{Name: "times", Usage: "print the milliseconds of every step as a JSON array"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			&cli.Float64Flag{Name: "max-ratio", Usage: "with --compare, end with exit code 1 if a step takes more than `R` times as long as before"},
			&cli.StringFlag{Name: "compare", Usage: "print ratios to what --json wrote to `FILE` before"},
		}, inModelCategories(modelFlags(model.Default()))),
		Action: action(ui, readBenchOptions, runBench),
	}
}

type benchOptions struct {
	config   model.Config
	given    given
	device   deviceOptions
	measure  model.BenchOptions
	ways     ways
	launches bool
	probe    bool
	times    bool
	json     bool
	compare  string  // a file, empty for none
	maxRatio float64 // 0 for any
}

func readBenchOptions(ui *ui, c *cli.Context) (o benchOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	if _, err = applyPreset(ui, c); err != nil {
		return o, err
	}
	o = benchOptions{given: givenFlags(c), launches: c.Bool("launches"), probe: c.Bool("probe"), times: c.Bool("times"), json: c.Bool("json"), compare: c.String("compare"), maxRatio: c.Float64("max-ratio")}
	if o.device, err = readDeviceOptions(c); err != nil {
		return o, err
	}
	if o.config, err = readModelFlags(c); err != nil {
		return o, err
	}
	if o.config, err = readBenchImages(c, o.config); err != nil {
		return o, err
	}
	if err := o.config.ValidateNamed(flagNamed); err != nil {
		return o, usageError{err}
	}
	measured := c.Duration("time")
	if measured <= 0 {
		return o, usageError{fmt.Errorf("--time is %v, want more than 0", measured)}
	}
	if err := o.alone(); err != nil {
		return o, err
	}
	if o.ways, err = readWays(o.given, c.String("ways"), c.String("batch-sizes"), c.Int("rounds")); err != nil {
		return o, err
	}
	if o.probe {
		o.device.Plan = "" // a plan is for steps that are trained
	}
	if o.given["max-ratio"] && (o.compare == "" || !(o.maxRatio > 0)) {
		return o, usageError{fmt.Errorf("--max-ratio is %v, want more than 0, and --compare with it", o.maxRatio)}
	}
	o.measure = model.BenchOptions{Step: measured, Part: measured / 20, Unfused: c.Bool("unfused"), Products: c.Bool("products")}
	if c.Bool("step") || o.measure.Products {
		o.measure.Part = 0
	}
	return o, nil
}

// alone refuses flags that --launches or --probe would leave without effect.
func (o benchOptions) alone() error {
	for _, name := range slices.Sorted(maps.Keys(o.given)) {
		switch {
		case o.launches && slices.Contains([]string{"time", "step", "products", "times", "compare", "max-ratio", "ways", "rounds", "batch-sizes"}, name):
			return usageError{fmt.Errorf("got --launches, which times nothing, and --%s, want one of them", name)}
		case o.probe && !slices.Contains([]string{"probe", "device", "workers", "tf32", "no-graph", "time", "json"}, name):
			return usageError{fmt.Errorf("got --probe, which trains nothing, and --%s, want one of them", name)}
		}
	}
	return nil
}

// benchReport is what bench prints.
type benchReport struct {
	Processor string  `json:"processor"`
	System    string  `json:"system"`
	MemoryMB  float64 `json:"memory_mb"`
	*model.Bench
}

func runBench(ctx context.Context, ui *ui, o benchOptions) error {
	if len(o.ways.all) > 0 {
		return o.timeWays(ctx, ui)
	}
	before, err := o.before()
	if err != nil {
		return err
	}
	dev, _, err := o.device.open()
	if err != nil {
		return err
	}
	defer dev.Close()
	o.device.sayIneffective(ui, device.IsCPU(dev))
	o.given.sayIneffective(ui, o.config)
	if before != nil && before.Device != dev.Name() {
		return usageError{fmt.Errorf("--compare %s: it was measured on another device, %q, and this is %q", o.compare, before.Device, dev.Name())}
	}
	if o.probe {
		return o.runProbe(ctx, ui, dev)
	}
	// The images that are made up, and the copy of them to train on.
	if err := checkTrainingMemory(dev, o.config, 2*benchImages*int64(o.config.Values())); err != nil {
		return err
	}
	set, err := o.set(ctx)
	if err != nil {
		return err
	}
	if o.launches {
		l, err := model.ListLaunches(dev, o.config, set, o.measure.Unfused)
		if err != nil {
			return err
		}
		sayPlan(ui, dev)
		return printLaunches(ui, l, o.json)
	}
	b, err := model.RunBench(ctx, dev, o.config, set, o.measure)
	if err != nil {
		return err
	}
	sayPlan(ui, dev)
	r := benchReport{cpuid.CPU.BrandName, fmt.Sprintf("%s/%s, %s", runtime.GOOS, runtime.GOARCH, count(runtime.GOMAXPROCS(0), "core")), memory(), b}
	if b.Step.P90 > 2*b.Step.P10 {
		ui.note("step times vary from %.3f to %.3f ms (p10, p90): the machine is busy, measure again", b.Step.P10, b.Step.P90)
	}
	if o.times {
		text, err := json.Marshal(b.Step.Times)
		if err != nil {
			return err
		}
		ui.say("%s", text)
		return nil
	}
	if o.json {
		if err := printJSON(ui, r); err != nil {
			return err
		}
	} else {
		r.print(ui, before)
	}
	if most := o.maxRatio; most > 0 && b.Step.Median > most*before.Step.Median {
		return fmt.Errorf("a step takes %.2f times as long as in %s, %.3f ms for %.3f, want at most --max-ratio %v",
			b.Step.Median/before.Step.Median, o.compare, b.Step.Median, before.Step.Median, most)
	}
	return nil
}

// before reads the report that --compare names. It returns nil without --compare.
func (o benchOptions) before() (*benchReport, error) {
	if o.compare == "" {
		return nil, nil
	}
	text, err := atomicfile.Read(o.compare, 16<<20)
	if err != nil {
		return nil, err
	}
	before := new(benchReport)
	if err := json.Unmarshal(text, before); err != nil || before.Bench == nil || before.Step.Median <= 0 {
		return nil, fmt.Errorf("%s is not what gorgan bench --json writes", o.compare)
	}
	before.Config.Complete()
	if d := o.config.Differences(before.Config); len(d) > 0 {
		return nil, usageError{fmt.Errorf("--compare %s: it was measured with other settings: %s", o.compare, d[0])}
	}
	return before, nil
}

// memory returns the memory that the program has from the system, in 10^6 bytes.
func memory() float64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64()) / 1e6
}

func (r benchReport) print(ui *ui, before *benchReport) {
	ui.say("processor  %s, %s", r.Processor, r.System)
	ui.say("device     %s", r.Device)
	ui.say("images     %s", imageForm(r.Config))
	for i, n := range (&model.State{Config: r.Config}).Nets() {
		ui.say("%-10s %s", []string{"nets", ""}[i], n.Form())
	}
	ui.say("step       %.3f ms (p10 %.3f, p90 %.3f, %s), batch %d%s", r.Step.Median, r.Step.P10, r.Step.P90,
		count(r.Step.Repeats, "step"), r.Config.BatchSize, ratio(before, r.Step))
	ui.say("images/s   %.0f", r.ImagesPerSecond)
	ui.say("memory     %.0f MB", r.MemoryMB)
	if len(r.Parts) == 0 {
		return
	}
	ui.say("peak       %.0f GFLOP/s, a product of 1024x1024 matrices\n", r.PeakGFLOPS)
	total := 0.0
	for _, p := range r.Parts {
		total += p.Median * float64(p.Count)
	}
	names, sizes := len("part"), len("sizes")
	for _, p := range r.Parts {
		names, sizes = max(names, len(p.Name)), max(sizes, len(p.Shape))
	}
	ui.say("%-*s  %-*s %5s %9s %9s %9s %6s  rate", names, "part", sizes, "sizes", "count", "median ms", "p10", "p90", "share")
	for _, p := range r.Parts {
		rate := fmt.Sprintf("%.0f GFLOP/s, %.0f %% of peak", p.GFLOPS, 100*p.GFLOPS/r.PeakGFLOPS)
		if p.GFLOPS > r.PeakGFLOPS && strings.HasPrefix(p.Name, "matmul") {
			rate = fmt.Sprintf("%.0f GFLOP/s, above peak: steps with zeros are left out", p.GFLOPS)
		}
		if p.GFLOPS == 0 {
			rate = fmt.Sprintf("%.1f GB/s", p.GBPerSecond)
		}
		ui.say("%-*s  %-*s %5d %9.4f %9.4f %9.4f %5.1f%%  %s%s", names, p.Name, sizes, p.Shape, p.Count, p.Median, p.P10, p.P90,
			100*p.Median*float64(p.Count)/total, rate, ratio(before, p))
	}
}

// ratio divides a time by the earlier time of the same work.
func ratio(before *benchReport, t model.Timing) string {
	if before == nil {
		return ""
	}
	for _, b := range append([]model.Timing{before.Step}, before.Parts...) {
		if b.Name == t.Name && b.Shape == t.Shape && b.Median > 0 {
			return fmt.Sprintf(", %.2f of before", t.Median/b.Median)
		}
	}
	return ", not there before"
}
