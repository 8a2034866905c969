package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/run"
)

func newTrain(ui *ui) *cli.Command {
	d := model.Default()
	flags := []cli.Flag{
		&cli.StringFlag{Name: "data", Usage: "train on `SRC`: mnist, a folder of IDX files, or a list file", Value: "mnist"},
		&cli.IntFlag{Name: "images", Usage: "train on the first `N` images of the set alone, 0 for all; evaluate counts on MNIST's first 50000"},
		&cli.StringFlag{Name: "out", Usage: "run folder to make, `DIR`; a numbered one under runs without it"},
		&cli.StringFlag{Name: "resume", Usage: "go on with the run in folder `RUN`, as if it had not stopped, or from a checkpoint in it"},
		&cli.UintFlag{Name: "steps", Usage: "train to step `N`", Value: 15000},
		&cli.UintFlag{Name: "display-every", Usage: "print the losses and write pictures every `N` steps", Value: 1000},
		&cli.UintFlag{Name: "save-every", Usage: "write a checkpoint every `N` steps", Value: 1000},
		&cli.IntFlag{Name: "keep", Usage: "keep the last `N` checkpoints, 0 for all", Value: 3},
		&cli.IntFlag{Name: "queue", Usage: "read `N` batches ahead of a set too large for --cache", Value: 8},
	}
	return &cli.Command{
		Name:  "train",
		Usage: "train a GAN",
		Description: "Without flags this is the tutorial's run. Losses:\n\n" + summaries(model.Losses(), model.LossSummary) +
			"\nActivations:\n\n" + summaries(model.Activations(), model.ActivationSummary) +
			"\nOptimizers:\n\n" + summaries(model.Optimizers(), model.OptimizerSummary) +
			"\nExamples:\n\n   gorgan train\n   gorgan train --loss bce --label-smoothing 0.1 --gen-hidden 256,512 --seed 2\n" +
			"   gorgan train --r1 3 --beta1 0 --beta2 0.99 --learning-rate 1e-3 --ema 0.998 \\\n" +
			"      --gen-activation leaky-relu --dis-activation leaky-relu\n" +
			"   gorgan train --classes 10\n" +
			"   gorgan train --preset best --evaluate-every 1000 --stop-on-collapse\n" +
			"   gorgan train --resume runs/00000-mnist-non-saturating --steps 30000",
		Flags: slices.Concat(inCategory("Run", presetFlags()), inCategory("Run", flags), inCategory("Evaluation", evaluateFlags()),
			inCategory("Device", deviceFlags("auto")), inModelCategories(modelFlags(d)), inCategory("Data", sourceFlags())),
		Action: func(c *cli.Context) error {
			if _, err := positional(c); err != nil {
				return err
			}
			return runTrain(c.Context, ui, c)
		},
	}
}

// summaries returns lines of names and their meanings.
func summaries(names []string, summary func(string) string) string {
	var rows [][2]string
	for _, n := range names {
		rows = append(rows, [2]string{n, summary(n)})
	}
	return list(rows...)
}

func runTrain(ctx context.Context, ui *ui, c *cli.Context) (err error) {
	p, err := newPlan(ui, c)
	if err != nil {
		return err
	}
	defer func() {
		ui.log = io.Discard
		if errors.Is(err, context.Canceled) && !errors.As(err, new(interrupted)) {
			err = p.notBegun(ui)
		}
		err = errors.Join(err, p.close())
	}()
	if p.state != nil && p.state.Step >= p.Steps && !p.owed {
		if err := p.goOn(ui); err != nil {
			return err
		}
		ui.note("%s is at step %d already; train on with --steps above it", p.folder.Dir, p.state.Step)
		return nil
	}
	dev, why, err := device.Open(p.Device, deviceOptions(c))
	if err != nil {
		return err
	}
	defer dev.Close()
	set, whole, err := trainingSet(ctx, ui, c, p)
	if err != nil {
		return err
	}
	evaluator, err := p.newEvaluator(ctx, ui, c, dev, whole)
	if err != nil {
		return err
	}
	if err := checkTrainingMemory(dev, p.Model, int64(len(set.Bytes()))); err != nil {
		return err
	}
	trainer, err := model.NewTrainer(dev, p.Model, set)
	if err != nil {
		return err
	}
	if err := p.open(ui, trainer, c.String("preset")); err != nil {
		return err
	}
	ui.log = p.folder.Log()
	ui.note("device: %s (%s)", dev.Name(), why)
	if err := p.sayLevel(ui, dev); err != nil {
		return err
	}
	sayIneffectiveOn(ui, deviceOptions(c), device.IsCPU(dev))
	sayIneffective(ui, c, p.Model)
	ui.note("data: %s, %s of %v, fingerprint %.12s", set.Name(), count(set.Len(), "image"), set.Size(), set.Fingerprint())
	for _, n := range (&model.State{Config: p.Model}).Nets() {
		ui.note("%s: %s", n.Name, netForm(n))
	}
	ui.note("run: %s", p.folder.Dir)
	if p.state == nil {
		if err := p.folder.Begin(trainer, set); err != nil {
			return err
		}
	}
	return p.train(ctx, ui, &run.Training{Settings: p.Settings, Folder: p.folder, Trainer: trainer, Evaluator: evaluator,
		Observers: []run.Observer{terminalObserver{ui}}, EvaluateFirst: p.owed, Readers: c.Int("readers"), Queue: c.Int("queue")})
}

// trainingSet reads the data. It returns the images to train on, and the whole set, of which they
// may be a part. If the report has problems that forbid training, they are the error.
func trainingSet(ctx context.Context, ui *ui, c *cli.Context, p *plan) (set, whole *dataset.Set, err error) {
	whole, report, err := openSource(ctx, ui, c, p.Data, "train", p.Resize)
	if err != nil {
		return nil, nil, err
	}
	if err := report.Err(); err != nil {
		return nil, nil, err
	}
	set = whole
	if p.Images > 0 {
		if set, err = whole.First(p.Images); err != nil {
			return nil, nil, fmt.Errorf("--images %d: %w", p.Images, err)
		}
	}
	if p.state == nil {
		p.Model.Height, p.Model.Width = set.Size().Height, set.Size().Width
		if p.classesOfData {
			p.Model.Classes = classesOf(set)
			ui.note("--preset %s: the nets are told the classes of the data, %d", c.String("preset"), p.Model.Classes)
			if err := p.Model.Validate(); err != nil {
				return nil, nil, err
			}
		}
	}
	if p.folder != nil && p.Fingerprint != set.Fingerprint() {
		return nil, nil, fmt.Errorf("%s: the data differ from those the run began with: fingerprint %.12s, was %.12s", p.Data, set.Fingerprint(), p.Fingerprint)
	}
	p.Fingerprint = set.Fingerprint()
	return set, whole, nil
}

// classesOf returns one more than the largest label of a set, or 0 if an image has no label.
func classesOf(set *dataset.Set) int {
	classes := 0
	for i := range set.Len() {
		if set.Label(i) < 0 {
			return 0
		}
		classes = max(classes, set.Label(i)+1)
	}
	return classes
}

// open makes the run's folder, or takes trainer and folder to the step of the checkpoint.
func (p *plan) open(ui *ui, t *model.Trainer, preset string) (err error) {
	if p.folder == nil {
		p.folder, err = run.Create(p.out, run.Name(p.Data, cmp.Or(preset, p.Model.Loss)), p.Settings)
		return err
	}
	if p.state != nil {
		if err := t.Restore(p.state, p.folder.Seconds()); err != nil {
			return err
		}
	}
	return p.goOn(ui)
}

// goOn takes the run's folder to the step of the checkpoint.
func (p *plan) goOn(ui *ui) error {
	notes, err := p.folder.Resume(p.Settings, p.step())
	for _, note := range notes {
		ui.note("%s", note)
	}
	return err
}

// train takes the run to its last step.
func (p *plan) train(ctx context.Context, ui *ui, t *run.Training) error {
	ui.start("training", "step", int(t.Trainer.Step()), int(p.Steps))
	defer ui.stop()
	err := t.Run(ctx)
	ui.stop()
	if err != nil {
		return p.ended(ui, t.Trainer.Step(), err)
	}
	return p.finish(ui, t.Trainer)
}

// sayLevel prints a note if a run resumes with another instruction set than it began with,
// because that gives other bits.
func (p *plan) sayLevel(ui *ui, dev device.Device) error {
	level, err := device.CPULevel()
	if err != nil {
		return err
	}
	began := p.Began.Instructions
	if device.IsCPU(dev) && began != "" && (began == "purego") != (level == "purego") {
		ui.note("warning: the run began with the instructions %s and goes on with %s: its weights are not those it would have had", began, level)
	}
	return nil
}

// sayIneffective prints which given flags of the model's settings have no effect.
func sayIneffective(ui *ui, c *cli.Context, m model.Config) {
	without := m.Ineffective(func(field string) bool { return c.IsSet(strings.ReplaceAll(field, "_", "-")) })
	for _, field := range slices.Sorted(maps.Keys(without)) {
		ui.note("--%s has no effect: it has one %s", strings.ReplaceAll(field, "_", "-"), without[field])
	}
}

// netForm describes a net: the widths of its layers and the number of its parameters.
func netForm(n model.Net) string {
	form := strconv.Itoa(n.Layers[0].In)
	for _, l := range n.Layers {
		form += fmt.Sprintf(" -> %d %s", l.Out, l.Activation)
	}
	return fmt.Sprintf("%s, %s", form, count(n.Parameters, "parameter"))
}

// displayed returns the line of a display step.
func displayed(m model.Metrics) string {
	line := fmt.Sprintf("step:%d----Generator loss:%f-----Discriminator Loss:%f----D(x):%.2f D(G(z)):%.2f", m.Step, m.GLoss, m.DLoss, m.DReal, m.DFake)
	if m.Value != 0 || m.JSD != 0 { // not a critic's
		line += fmt.Sprintf(" V:%.2f JSD>=%.2f", m.Value, max(m.JSD, 0)) // a bound below 0 says nothing
	}
	if m.Penalty != 0 {
		line += fmt.Sprintf(" penalty:%.4f", m.Penalty)
	}
	return line
}
