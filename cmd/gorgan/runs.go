package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/model"
	"gorgan/model/run"
)

func newRuns(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "runs",
		Usage:     "list the runs in a folder",
		ArgsUsage: "[DIR]",
		Description: "DIR is runs if it is left out. A run's state is training, finished, interrupted (it is saved), collapsed (see\n" +
			"train --stop-on-collapse), or stopped: it was killed or has failed. The figure is that which decides between\n" +
			"checkpoints, of the last evaluation, with its floor in brackets; without evaluations it is the losses.\n\n" +
			"Examples:\n\n   gorgan runs\n   gorgan runs --json sweeps | jq -r '.[] | select(.state == \"stopped\") | .run'",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: action(ui, readRunsOptions, runRuns),
	}
}

type runsOptions struct {
	dir  string
	json bool
}

func readRunsOptions(_ *ui, c *cli.Context) (o runsOptions, err error) {
	o = runsOptions{"runs", c.Bool("json")}
	if c.NArg() > 0 {
		args, err := positional(c, "DIR")
		if err != nil {
			return o, err
		}
		o.dir = args[0]
	}
	return o, nil
}

// The states of a run that has no summary. Those of one that has are run.Ending.
const (
	stateTraining   = "training"
	stateStopped    = "stopped"
	stateUnreadable = "unreadable"
)

// listedRun is a run of the list.
type listedRun struct {
	Run     string    `json:"run"` // its folder
	State   string    `json:"state"`
	Error   string    `json:"error,omitempty"` // why it cannot be read; then there is nothing else
	Step    uint32    `json:"step"`
	Steps   uint32    `json:"steps"`
	Changed time.Time `json:"changed"` // a file of the run

	Loss    string         `json:"loss,omitempty"`
	Preset  string         `json:"preset,omitempty"`
	Seed    uint64         `json:"seed"`
	Data    string         `json:"data,omitempty"`
	Metrics *model.Metrics `json:"metrics,omitempty"` // the last
	Figures *run.Figures   `json:"figures,omitempty"` // of the last evaluation
	Decides string         `json:"decides,omitempty"` // the figure that decides between checkpoints
}

func runRuns(ctx context.Context, ui *ui, o runsOptions) error {
	dirs, err := runsBelow(o.dir)
	if err != nil {
		return err
	}
	all := []listedRun{}
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return err
		}
		all = append(all, listRun(dir))
	}
	if o.json {
		return printJSON(ui, all)
	}
	if len(all) == 0 {
		ui.note("%s has no runs; begin one with: %s", o.dir, ui.command("train"))
		return nil
	}
	ui.say("%s", runsTable(all, time.Now()))
	return nil
}

// runsBelow returns the folders of the runs in dir, which may be one itself.
func runsBelow(dir string) (all []string, err error) {
	names, err := run.Find(os.DirFS(dir))
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("%s is not a folder of runs: %w", dir, err)
	}
	for _, name := range names {
		all = append(all, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return all, nil
}

// listRun reads what the list has of a run, which may be training.
func listRun(dir string) listedRun {
	l := listedRun{Run: dir, State: stateUnreadable}
	for _, name := range []string{run.SettingsFile, run.MetricsFile, run.EvaluationsFile, run.LastFile, run.SummaryFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.ModTime().After(l.Changed) {
			l.Changed = info.ModTime().UTC().Round(time.Second)
		}
	}
	h, err := run.ReadHistory(dir)
	sum, unread := run.ReadSummary(dir)
	if err = cmp.Or(err, unread); err != nil {
		l.Error = sentence(err)
		return l
	}
	switch {
	case run.InUse(dir):
		l.State = stateTraining
	case sum != nil:
		l.State = string(sum.Ended)
	default:
		l.State = stateStopped
	}
	l.Step, l.Steps, l.Loss, l.Preset, l.Seed, l.Data = h.Step(), h.Settings.Steps, h.Settings.Model.Loss, presetOf(h.Settings.Began.Command), h.Settings.Model.Seed, h.Settings.Data
	if sum != nil {
		l.Step = max(l.Step, sum.Step)
	}
	if steps, err := run.CheckpointSteps(dir); err == nil && len(steps) > 0 {
		l.Step = max(l.Step, steps[len(steps)-1])
	}
	if n := len(h.Metrics); n > 0 {
		l.Metrics = &h.Metrics[n-1]
	}
	if n := len(h.Evaluations); n > 0 {
		last := &h.Evaluations[n-1]
		l.Figures = run.FiguresOf(last)
		if f, ok := h.Settings.Decisive(last); ok {
			l.Decides = f.Name
		}
	}
	return l
}

// runsTable writes the list as a table.
func runsTable(all []listedRun, now time.Time) string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "run\tstep\tstate\tloss\tpreset\tlast figure\tchanged")
	for _, l := range all {
		if l.Error != "" {
			fmt.Fprintf(t, "%s\t-\t%s\t-\t-\t%s\t%s\n", printable(l.Run), l.State, l.Error, age(now.Sub(l.Changed)))
			continue
		}
		fmt.Fprintf(t, "%s\t%d/%d\t%s\t%s\t%s\t%s\t%s\n", printable(l.Run), l.Step, l.Steps, l.State, l.Loss, printable(cmp.Or(l.Preset, "-")), l.lastFigure(), age(now.Sub(l.Changed)))
	}
	t.Flush()
	return strings.TrimSuffix(text.String(), "\n")
}

// lastFigure returns what the table has of the last evaluation, or of the last metrics.
func (l listedRun) lastFigure() string {
	switch {
	case l.Decides != "":
		f := l.Figures.Figures[l.Decides]
		return fmt.Sprintf("%s %.4g (%.4g)", l.Decides, f.Value, f.Floor)
	case l.Metrics != nil:
		return fmt.Sprintf("G %.3f D %.3f", l.Metrics.GLoss, l.Metrics.DLoss)
	}
	return "-"
}

// age writes how long ago something was.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", d/time.Hour)
	}
	return fmt.Sprintf("%dd ago", d/(24*time.Hour))
}
