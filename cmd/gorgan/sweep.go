package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/model/evaluate"
	"gorgan/model/run"
	"gorgan/model/sweep"
)

func newSweep(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "sweep",
		Usage:     "train many runs: a grid, random values, seeds, successive halving",
		ArgsUsage: "FILE.toml",
		Description: "FILE has the folder of the runs (out), the seeds, and settings of train in the sections fixed, grid and random,\n" +
			"and perhaps halving. Each run is a gorgan train --continue in a folder of its own: after any end, the same\n" +
			"command goes on where the runs are. docs/sweep.md has all keys.\n\n" +
			"   out = \"runs/losses\"\n   seeds = \"1-5\"\n   [fixed]\n   preset = \"fast\"\n   evaluate_every = 1000\n   [grid]\n" +
			"   loss = [\"hinge\", \"bce\"]\n   r1 = [0, 1, 3]\n\n" +
			"Examples:\n\n   gorgan sweep losses.toml --jobs 2\n   gorgan sweep losses.toml --list\n" +
			"   gorgan sweep losses.toml --nth auto",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "jobs", Usage: "train `N` runs at a time, which share the cores and the GPUs", Value: 1},
			&cli.StringFlag{Name: "nth", Usage: "train the run with this `NUMBER` alone, counted from 0; auto takes the index of a job array from the environment"},
			&cli.BoolFlag{Name: "list", Usage: "print the number and the command of each run, and train none"},
		},
		Action: action(ui, readSweepOptions, runSweep),
	}
}

type sweepOptions struct {
	file string
	jobs int
	nth  int // -1 for all
	list bool
}

func readSweepOptions(_ *ui, c *cli.Context) (o sweepOptions, err error) {
	args, err := positional(c, "FILE.toml")
	if err != nil {
		return o, err
	}
	o = sweepOptions{file: args[0], jobs: c.Int("jobs"), nth: -1, list: c.Bool("list")}
	if o.jobs < 1 || o.jobs > 1024 {
		return o, usageError{fmt.Errorf("--jobs is %d, want 1 to 1024", o.jobs)}
	}
	if c.IsSet("nth") {
		if o.list || c.IsSet("jobs") {
			return o, usageError{errors.New("--nth trains one run, so --jobs and --list have no effect with it")}
		}
		o.nth, err = arrayIndex(c.String("nth"))
	}
	return o, err
}

// sweeper carries out a sweep.
type sweeper struct {
	ui      *ui
	plan    *sweep.Plan
	trials  []sweep.Trial
	steps   uint32 // of each run, where halving compares them
	options sweepOptions
	gpus    []string // to share, if there are several
}

func runSweep(ctx context.Context, ui *ui, o sweepOptions) error {
	p, err := readSweep(o.file)
	if err != nil {
		return err
	}
	s := &sweeper{ui: ui, plan: p, options: o}
	if s.trials, err = p.Trials(settingText); err != nil {
		return usageError{fmt.Errorf("%s: %w", o.file, err)}
	}
	if err := s.check(); err != nil {
		return usageError{fmt.Errorf("%s: %w", o.file, err)}
	}
	switch {
	case o.list:
		for i, t := range s.trials {
			ui.say("%d\t%s", i, elsewhere(s.command(t, 0)...))
		}
		return nil
	case o.nth >= 0:
		return s.one(ctx)
	}
	if s.gpus = gpus(); len(s.gpus) > 0 {
		ui.note("the runs share %s", strings.Join(s.gpus, ", "))
	}
	return s.all(ctx)
}

// check reads the command line of each run as train does, so that a wrong value is found before any run begins.
func (s *sweeper) check() error {
	for _, t := range s.trials {
		o, err := trainLine(append([]string{"train"}, flagsOf(t)...)...)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		s.steps = o.flags.Steps
		if s.plan.Halving != nil && o.flags.EvaluateEvery == 0 {
			return errors.New("halving compares evaluations: want evaluate_every in fixed")
		}
	}
	return nil
}

// flagsOf returns the settings of a run as words of a command line.
func flagsOf(t sweep.Trial) (words []string) {
	for _, set := range t.Settings {
		words = append(words, fmt.Sprintf("--%s=%s", strings.ReplaceAll(set.Name, "_", "-"), set.Value))
	}
	return words
}

// command returns the words that train a run to so many steps, or 0 for its own.
func (s *sweeper) command(t sweep.Trial, steps uint32) []string {
	words := slices.Concat([]string{"train", "--out", s.dir(t), "--continue"}, flagsOf(t))
	if steps > 0 {
		words = slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "--steps=") })
		words = append(words, fmt.Sprintf("--steps=%d", steps))
	}
	return words
}

func (s *sweeper) dir(t sweep.Trial) string { return filepath.Join(s.plan.Out, t.Name) }

// shared returns the words by which a job shares cores and GPUs with the others, unless the file says what it takes.
func (s *sweeper) shared(t sweep.Trial, slot int) (words []string) {
	said := func(name string) bool {
		return slices.ContainsFunc(t.Settings, func(set sweep.Setting) bool { return set.Name == name && set.Value != "auto" })
	}
	if s.options.jobs > 1 && !said("workers") {
		words = append(words, fmt.Sprintf("--workers=%d", max(1, runtime.GOMAXPROCS(0)/s.options.jobs)))
	}
	if len(s.gpus) > 0 && !said("device") {
		words = append(words, "--device="+s.gpus[slot%len(s.gpus)])
	}
	return words
}

// gpus returns the names of the GPUs to share, or nil if there are not several.
func gpus() (names []string) {
	for _, d := range device.List() {
		if d.Ready && strings.HasPrefix(d.Name, "cuda:") {
			names = append(names, d.Name)
		}
	}
	if len(names) < 2 {
		return nil
	}
	return names
}

// one trains a single run in this process, as the command of the run would.
func (s *sweeper) one(ctx context.Context) error {
	if s.plan.Halving != nil {
		return usageError{errors.New("--nth trains one run, and halving compares all: train them in one sweep")}
	}
	if s.options.nth >= len(s.trials) {
		return usageError{fmt.Errorf("--nth is %d, but the sweep has %s, counted from 0", s.options.nth, count(len(s.trials), "run"))}
	}
	words := s.command(s.trials[s.options.nth], 0)
	o, err := trainLine(words...)
	if err != nil {
		return err
	}
	o.command = words
	return runTrain(ctx, s.ui, o)
}

// all trains all runs, rung by rung.
func (s *sweeper) all(ctx context.Context) error {
	var failed []string
	trials, rungs := s.trials, s.plan.Halving.Rungs(s.steps)
	for n, steps := range rungs {
		if s.plan.Halving == nil {
			steps = 0
		}
		results := s.train(ctx, trials, steps)
		if ctx.Err() != nil {
			return interrupted("interrupted; the runs are saved; go on with the same command")
		}
		for i, r := range results {
			if r.failed {
				failed = append(failed, trials[i].Name)
			}
		}
		if n == len(rungs)-1 {
			break
		}
		groups := s.plan.Halving.GoOn(s.scores(trials, results, steps))
		trials = slices.DeleteFunc(slices.Clone(trials), func(t sweep.Trial) bool { return !slices.Contains(groups, t.Group) })
		s.ui.say("after %d steps these go on: %s", steps, cmp.Or(strings.Join(groups, ", "), "none"))
	}
	if by := s.varied(); len(by) > 0 && s.plan.Halving == nil {
		s.ui.note("compare the runs with: %s", s.ui.command("compare", s.plan.Out, "--by", strings.Join(by, ",")))
	} else {
		s.ui.note("list the runs with: %s", s.ui.command("runs", s.plan.Out))
	}
	if len(failed) > 0 {
		return fmt.Errorf("%s of %d failed: %s; the same command tries them again", count(len(failed), "run"), len(s.trials), strings.Join(failed, ", "))
	}
	return nil
}

// varied returns the settings that the runs differ in, but for the seed.
func (s *sweeper) varied() (names []string) {
	for name := range s.plan.Grid {
		names = append(names, name)
	}
	for name := range s.plan.Random.Ranges {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// scores returns what each group has come to after so many steps.
func (s *sweeper) scores(trials []sweep.Trial, results []result, steps uint32) (all []sweep.Score) {
	for i := 0; i < len(trials); {
		sum, n, group := 0.0, 0, trials[i].Group
		for ; i < len(trials) && trials[i].Group == group; i++ {
			v := math.NaN()
			if !results[i].failed && !results[i].collapsed {
				v = s.score(trials[i], steps)
			}
			sum, n = sum+v, n+1
		}
		all = append(all, sweep.Score{Group: group, Mean: sum / float64(n)})
	}
	return all
}

// score returns the deciding figure of a run after so many steps, lower when better, or NaN if there is none.
func (s *sweeper) score(t sweep.Trial, steps uint32) float64 {
	h, err := run.ReadHistory(s.dir(t))
	if err != nil {
		s.ui.note("%v", err)
		return math.NaN()
	}
	for _, e := range h.Evaluations {
		f, ok := h.Settings.Decisive(&e)
		switch {
		case e.Step != steps || !ok:
		case f.Better == evaluate.Higher:
			return -f.Value
		default:
			return f.Value
		}
	}
	s.ui.note("%s has no evaluation at step %d", s.dir(t), steps)
	return math.NaN()
}
