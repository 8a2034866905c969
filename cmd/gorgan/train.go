package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/run"
)

func newTrain(ui *ui) *cli.Command {
	d := model.Default()
	data := []cli.Flag{
		&cli.StringFlag{Name: "data", Usage: "train on `SRC`: mnist, a folder of IDX files, or a list file", Value: "mnist"},
		&cli.IntFlag{Name: "images", Usage: "train on the first `N` images alone, 0 for all; of MNIST the first 50000 leave a validation set for evaluate"},
		&cli.IntFlag{Name: "queue", Usage: "read `N` batches ahead of a set too large for --cache", Value: 8},
	}
	run := []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "make the run folder `DIR`; without it, a numbered one under runs"},
		&cli.StringFlag{Name: "resume", Usage: "resume the run in folder `RUN` as if it had not stopped, or resume from a checkpoint in it"},
		&cli.UintFlag{Name: "steps", Usage: "train to step `N`", Value: 15000},
		&cli.UintFlag{Name: "display-every", Usage: "print the losses and write pictures every `N` steps", Value: 1000},
		&cli.UintFlag{Name: "save-every", Usage: "write a checkpoint every `N` steps", Value: 1000},
		&cli.IntFlag{Name: "keep", Usage: "keep the last `N` checkpoints, 0 for all", Value: 3},
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
		Flags: slices.Concat(inCategory("Data", data), inCategory("Data", sourceFlags()), inModelCategories(modelFlags(d)),
			inCategory("Run", presetFlags()), inCategory("Run", run), inCategory("Evaluation", evaluateFlags()),
			inCategory("Device", deviceFlags("auto"))),
		Action: action(ui, readTrainOptions, runTrain),
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

func runTrain(ctx context.Context, ui *ui, o trainOptions) (err error) {
	s, err := newSession(ui, o)
	if err != nil {
		return err
	}
	defer func() {
		ui.log = io.Discard
		if errors.Is(err, context.Canceled) && !errors.As(err, new(interrupted)) {
			err = s.notBegun(ui)
		}
		err = errors.Join(err, s.close())
	}()
	if s.state != nil && s.state.Step >= s.Steps && !s.owed {
		if err := s.goOn(ui); err != nil {
			return err
		}
		ui.note("%s is at step %d already; train on with --steps above it", s.folder.Dir, s.state.Step)
		return nil
	}
	o.device.name, o.reading.resize = s.Device, s.Resize // a run that goes on has its own
	dev, why, err := o.device.open()
	if err != nil {
		return err
	}
	defer dev.Close()
	set, whole, err := s.trainingSet(ctx, ui, o)
	if err != nil {
		return err
	}
	evaluator, err := s.newEvaluator(ctx, ui, o.reading, dev, whole)
	if err != nil {
		return err
	}
	if err := checkTrainingMemory(dev, s.Model, int64(len(set.Bytes()))); err != nil {
		return err
	}
	trainer, err := model.NewTrainer(dev, s.Model, set)
	if err != nil {
		return err
	}
	if err := s.open(ui, trainer, o); err != nil {
		return err
	}
	ui.log = s.folder.Log()
	ui.note("device: %s (%s)", dev.Name(), why)
	if err := sayOtherLevel(ui, dev, s.Began.Instructions); err != nil {
		return err
	}
	o.device.sayIneffective(ui, device.IsCPU(dev))
	o.given.sayIneffective(ui, s.Model)
	ui.note("data: %s, %s of %v, fingerprint %.12s", set.Name(), count(set.Len(), "image"), set.Shape(), set.Fingerprint())
	for _, n := range (&model.State{Config: s.Model}).Nets() {
		ui.note("%s: %s", n.Name, netForm(n))
	}
	ui.note("run: %s", s.folder.Dir)
	if s.state == nil {
		if err := s.folder.Begin(trainer, set); err != nil {
			return err
		}
	}
	return s.train(ctx, ui, &run.Training{Settings: s.Settings, Folder: s.folder, Trainer: trainer, Evaluator: evaluator,
		Observers: []run.Observer{terminalObserver{ui}}, EvaluateFirst: s.owed, Readers: o.reading.readers, Queue: o.queue})
}

// trainingSet reads the data. It returns the images to train on, and the whole set, of which they
// may be a part. If the report has problems that forbid training, they are the error.
func (s *session) trainingSet(ctx context.Context, ui *ui, o trainOptions) (set, whole *dataset.Set, err error) {
	whole, report, err := openSource(ctx, ui, s.Data, "train", o.reading)
	if err != nil {
		return nil, nil, err
	}
	if err := report.Err(); err != nil {
		return nil, nil, err
	}
	set = whole
	if s.Images > 0 {
		if set, err = whole.First(s.Images); err != nil {
			return nil, nil, fmt.Errorf("--images %d: %w", s.Images, err)
		}
	}
	if s.state == nil {
		s.Model.Height, s.Model.Width = set.Shape().Height, set.Shape().Width
		if o.classesOfData {
			s.Model.Classes = classesOf(set)
			ui.note("--preset %s: the nets are told the classes of the data, %d", o.preset, s.Model.Classes)
			if err := s.Model.Validate(); err != nil {
				return nil, nil, err
			}
		}
	}
	if s.folder != nil && s.Fingerprint != set.Fingerprint() {
		return nil, nil, fmt.Errorf("%s: the data differ from those the run began with: fingerprint %.12s, was %.12s", s.Data, set.Fingerprint(), s.Fingerprint)
	}
	s.Fingerprint = set.Fingerprint()
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

// train takes the run to its last step.
func (s *session) train(ctx context.Context, ui *ui, t *run.Training) error {
	ui.start("training", "step", int(t.Trainer.Step()), int(s.Steps))
	defer ui.stop()
	err := t.Run(ctx)
	ui.stop()
	if err != nil {
		return s.ended(ui, t.Trainer.Step(), err)
	}
	return s.finish(ui, t.Trainer)
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
