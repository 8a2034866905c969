package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

func newTrain(ui *ui) *cli.Command {
	d := model.Default()
	data := []cli.Flag{
		&cli.StringFlag{Name: "data", Usage: "train on `SRC`: " + sources, Value: "mnist"},
		&cli.IntFlag{Name: "images", Usage: "train on the first `N` images alone, 0 for all; of MNIST the first 50000 leave a validation set for evaluate"},
		&cli.Float64Flag{Name: "held-out", Usage: "keep this `PART` of the images out of training, for evaluate", Value: evaluate.HoldoutShare, DefaultText: "0.1, or 0 if the source has images for tests, as mnist has"},
		&cli.BoolFlag{Name: "mirror", Usage: "train on each image mirrored too, left and right exchanged; a small set may gain from --augment too"},
		&cli.IntFlag{Name: "queue", Usage: "read `N` batches ahead of a set too large for --cache", Value: 8},
	}
	ofRun := []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "make the run folder `DIR`; without it, a numbered one under runs"},
		&cli.StringFlag{Name: "resume", Usage: "resume the run in folder `RUN` as if it had not stopped, or resume from a checkpoint in it"},
		&cli.StringFlag{Name: "from", Usage: "begin with the trained weights of `MODEL`, a checkpoint or a run, as far as names and shapes are the same; the optimizer begins anew"},
		&cli.BoolFlag{Name: "continue", Usage: "go on with the run in --out DIR if there is one, and begin it if not: the same command begins, resumes, and says that nothing is left"},
		&cli.DurationFlag{Name: "for", Usage: "save and end after this `TIME`, as in 30m, with exit code 0; it counts from the start of the command", DefaultText: "no limit"},
		&cli.UintFlag{Name: "steps", Usage: "train to step `N`", Value: 15000},
		&cli.UintFlag{Name: "display-every", Usage: "print the losses and write pictures every `N` steps", Value: 1000},
		&cli.UintFlag{Name: "save-every", Usage: "write a checkpoint every `N` steps", Value: 1000},
		&cli.IntFlag{Name: "keep", Usage: "keep the last `N` checkpoints, 0 for all", Value: 3},
		&cli.BoolFlag{Name: "json", Usage: "print events to standard output, a JSON object on each line; what is for people goes to standard error"},
		&cli.BoolFlag{Name: "serve", Usage: "show the run in a browser while it trains, as the command serve does"},
		addressFlag(),
	}
	return &cli.Command{
		Name:  "train",
		Usage: "train a GAN",
		Description: "Without flags this is the tutorial's run. Losses:\n\n" + summaries(model.Losses(), model.LossSummary) +
			"\nNets:\n\n" + summaries(model.Archs(), model.ArchSummary) +
			"\nActivations:\n\n" + summaries(model.Activations(), model.ActivationSummary) +
			"\nOptimizers:\n\n" + summaries(model.Optimizers(), model.OptimizerSummary) +
			"\nAugmentations, for small sets:\n\n" + summaries(model.Augmentations(), model.AugmentationSummary) +
			"\nExamples:\n\n   gorgan train\n   gorgan train --loss bce --label-smoothing 0.1 --gen-hidden 256,512 --seed 2\n" +
			"   gorgan train --r1 3 --beta1 0 --beta2 0.99 --learning-rate 1e-3 --ema 0.998 \\\n" +
			"      --gen-activation leaky-relu --dis-activation leaky-relu\n" +
			"   gorgan train --data flowers --size 64 --mirror --classes auto\n" +
			"   gorgan train --data flowers --size 32 --preset dcgan --augment colour,translation,cutout\n" +
			"   gorgan train --gen-layers 'dense 7x7x64, up 32, up 1' --dis-layers 'down 32, down 64, dense 1'\n" +
			"   gorgan train --preset best --evaluate-every 1000 --stop-on-collapse\n" +
			"   gorgan train --preset fast --serve\n" +
			"   gorgan train --resume runs/00000-mnist-non-saturating --steps 30000\n" +
			"   gorgan train --from runs/tulips/best --config runs/tulips/config.json --data roses\n" +
			"   gorgan train --preset best --out runs/best --continue --for 55m",
		Flags: slices.Concat(inCategory("Data", data), inCategory("Data", sourceFlags()), inModelCategories(modelFlags(d)),
			inCategory("Run", presetFlags()), inCategory("Run", ofRun), inCategory("Evaluation", evaluateFlags()),
			inCategory("Data-parallel", rankFlags()), inCategory("Device", append(deviceFlags("auto"), planFlag()))),
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
	began := time.Now()
	party, err := o.ranks.meet(ctx)
	if err != nil {
		return err
	}
	defer func() { err = party.leave(err) }()
	if party.follows() {
		return party.follow(ctx, o)
	}
	requests, events := takeSaveRequests(), &jsonEvents{out: io.Discard}
	defer requests.stop()
	if o.json {
		events.out = ui.out
		ui.resultsToErr()
	}
	var shown *pages
	if o.serve {
		if shown, err = openPages(ui, o.address); err != nil {
			events.ended(nil, err)
			return err
		}
		defer func() { err = errors.Join(err, shown.close()) }()
	}
	s, err := newSession(ui, o)
	if err != nil {
		events.ended(nil, err)
		return err
	}
	defer func() {
		ui.log = io.Discard
		if errors.Is(err, context.Canceled) && !errors.As(err, new(interrupted)) {
			err = s.notBegun(ui)
		}
		events.ended(s.folder, err)
		err = errors.Join(err, s.close())
	}()
	if err := s.hasCollapsed(o); err != nil {
		return err
	}
	if s.state != nil && s.state.Step >= s.Steps && !s.owed {
		s.Settings = s.own // nothing checks the flags, such as --data, where nothing is read
		if err := s.goOn(ui); err != nil {
			return err
		}
		if !s.folder.Summarized() { // it was killed after its last step, or --steps is below the step that it has reached
			how := run.Finished
			if s.state.Step < s.Steps {
				how = run.Interrupted
			}
			if err := s.folder.Summarize(s.Settings, s.state, how, "", version()); err != nil {
				return err
			}
		}
		ui.note("%s is at step %d already: nothing is left to do; train on with --steps above it", s.folder.Dir, s.state.Step)
		return party.dismiss()
	}
	var said bytes.Buffer // what is printed before there is a log
	ui.log = &said
	o.device.name, o.device.Began, o.reading.Reading = party.kind(s.Device), s.plan, s.Reading // a run that goes on has its own
	dev, why, data, err := s.equip(ctx, ui, o, party)
	if err != nil {
		return err
	}
	defer dev.Close()
	set := data.train
	evaluator, err := s.newEvaluator(ctx, ui, dev, data)
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
	if err := s.take(ui, trainer); err != nil {
		return err
	}
	if err := party.agree(o.ranks, dev, set.Fingerprint()); err != nil { // before there is a folder
		return err
	}
	if err := s.open(ui, trainer, o); err != nil {
		return err
	}
	if err := party.share(trainer); err != nil {
		return err
	}
	ui.log = s.folder.Log()
	if _, err := said.WriteTo(ui.log); err != nil {
		return err
	}
	ui.note("device: %s (%s)", dev.Name(), why)
	party.introduce(ui, s.Model)
	if err := sayOtherLevel(ui, dev, s.Began.Instructions); err != nil {
		return err
	}
	o.device.sayIneffective(ui, device.IsCPU(dev))
	if err := s.keepPlan(ui, dev, o.device.planGiven); err != nil {
		return err
	}
	o.given.sayIneffective(ui, s.Model)
	mirrored := ""
	if s.Mirror {
		mirrored = ", half of them mirrored"
	}
	ui.note("data: %s, %s of %v%s, fingerprint %.12s", set.Name(), count(set.Len(), "image"), set.Shape(), mirrored, set.Fingerprint())
	for _, n := range (&model.State{Config: s.Model}).Nets() {
		ui.note("%s: %s", n.Name, n.Form())
	}
	ui.note("run: %s", s.folder.Dir)
	if shown != nil {
		if err := shown.begin(ui, s.folder.Dir, set); err != nil {
			return err
		}
	}
	if s.state == nil {
		if err := s.folder.Begin(trainer, set); err != nil {
			return err
		}
	}
	if err := events.began(s, dev.Name()); err != nil {
		return err
	}
	limited, end := timeLimit(ctx, began, o.limit)
	defer end()
	return s.train(limited, ui, dev.Name(), &run.Training{Settings: s.Settings, Folder: s.folder, Trainer: trainer, Evaluator: evaluator,
		Observers: []run.Observer{terminalObserver{ui, requests}, events}, SaveNow: requests.asked, EvaluateFirst: s.owed, Readers: o.reading.readers, Queue: o.queue, Ranks: party.group()})
}

// equip opens the device and the data of the run. The other ranks of a data-parallel run hear the settings when the data
// have settled them, and before the device is opened, which may be the work of all ranks.
func (s *session) equip(ctx context.Context, ui *ui, o trainOptions, p *party) (dev device.Device, why string, data runData, err error) {
	if p != nil {
		if data, err = s.data(ctx, ui, o); err == nil {
			err = p.lead(s.Settings)
		}
		if err != nil {
			return nil, "", data, err
		}
		dev, why, err = p.device(o.device).open()
		return dev, why, data, err
	}
	if dev, why, err = o.device.open(); err != nil {
		return nil, "", data, err
	}
	if data, err = s.data(ctx, ui, o); err != nil {
		return nil, "", data, errors.Join(err, dev.Close())
	}
	return dev, why, data, nil
}

// data reads the data and takes from them what the settings of a new run leave open. It returns an
// error if they are not those that the run began with.
func (s *session) data(ctx context.Context, ui *ui, o trainOptions) (runData, error) {
	d, err := openData(ctx, ui, &s.Settings, o.reading, o.given["held-out"] || s.folder != nil, s.EvaluateEvery > 0)
	if s.folder != nil && errors.Is(err, fs.ErrNotExist) {
		return d, fmt.Errorf("%w%s", err, otherData)
	}
	if err != nil {
		return d, err
	}
	differ := s.folder != nil && s.Fingerprint != d.train.Fingerprint()
	if s.folder == nil || differ {
		ui.notes(d.notes)
	}
	if s.state == nil {
		if err := s.suit(ui, d.train, o); err != nil {
			return d, err
		}
	}
	if differ {
		hint := otherData
		if s.Fit == string(raster.Stretch) {
			hint = "; older versions resized with another filter, so their runs with --resize cannot go on"
		}
		return d, fmt.Errorf("%s: the data differ from those the run began with: fingerprint %.12s, was %.12s%s",
			d.train.Name(), d.train.Fingerprint(), s.Fingerprint, hint)
	}
	if s.state != nil && o.continues && o.classesOfData {
		if n := classesOf(d.train); n != s.Model.Classes {
			return d, usageError{fmt.Errorf("--continue: a run goes on with the settings it began with, and classes is %d by the data, was %d; to change that, begin a new run with --config RUN/config.json", n, s.Model.Classes)}
		}
	}
	if s.folder != nil {
		if err := d.sameHeldOut(s.Settings); err != nil {
			return d, err
		}
	}
	s.Fingerprint, s.HeldOutFingerprint = d.train.Fingerprint(), d.heldOutFingerprint()
	return d, nil
}

// suit gives a new run's settings the shape and the classes of its images.
func (s *session) suit(ui *ui, set *dataset.Set, o trainOptions) error {
	s.Model = s.Model.ForSet(set.Shape())
	c := &s.Model
	s.Size, s.Channels = set.Shape().Size.String(), strconv.Itoa(set.Shape().Channels)
	said, told := "", "the nets are told"
	if c.DisLabels == model.ClassifierLabels {
		told = "the generator is told, and the discriminator asked for,"
	}
	switch classes := classesOf(set); {
	case o.classesOfData && classes == 0:
		c.Classes = 0
		said = fmt.Sprintf("%s has images without labels: the nets are not told the classes", set.Name())
	case o.classesOfData:
		c.Classes = classes
		said = fmt.Sprintf("%s the classes of the images, %d: %s", told, classes, classList(set))
	case c.Classes > 0 && (classes > c.Classes || set.Classes() != nil && classes != c.Classes):
		return usageError{fmt.Errorf("--classes is %d, but the images of %s have %d classes (%s); want --classes auto", c.Classes, set.Name(), classes, classList(set))}
	case classes > 0 && classes < c.Classes:
		said = fmt.Sprintf("%s %d classes, but the images have only %d: %s", told, c.Classes, classes, classList(set))
	case c.Classes == 0 && classes > 1 && s.Data != "mnist":
		said = fmt.Sprintf("the images have %d classes (%s), which the nets are not told; --classes auto tells them", classes, classList(set))
	}
	if err := s.Model.ValidateNamed(flagNamed); err != nil {
		return usageError{err}
	}
	if said != "" {
		ui.note("%s", said)
	}
	return nil
}

// train takes the run to its last step on the device of that name.
func (s *session) train(ctx context.Context, ui *ui, device string, t *run.Training) error {
	ui.start("training", "step", int(t.Trainer.Step()), int(s.Steps))
	defer ui.stop()
	err := t.Run(ctx)
	ui.stop()
	if err != nil {
		return s.ended(ctx, ui, t.Trainer, device, err)
	}
	return s.finish(ui, t.Trainer, device)
}

// displayed returns the line of a display step.
func displayed(m model.Metrics) string {
	line := fmt.Sprintf("step:%d----Generator loss:%f-----Discriminator Loss:%f----D(x):%.2f D(G(z)):%.2f", m.Step, m.GLoss, m.DLoss, m.DReal, m.DFake)
	if m.Value != 0 || m.JSD != 0 { // not a critic's
		line += fmt.Sprintf(" V:%.2f JSD>=%.2f", m.Value, max(m.JSD, 0)) // a bound below 0 says nothing
	}
	if m.Convergence != 0 {
		line += fmt.Sprintf(" M:%.4f k:%.4f", m.Convergence, m.Balance)
	}
	if m.Penalty != 0 {
		line += fmt.Sprintf(" penalty:%.4f", m.Penalty)
	}
	if m.Classifies() {
		line += fmt.Sprintf(" class of x:%.2f of G(z):%.2f", m.ClassAccuracyReal, m.ClassAccuracyFake)
	}
	if m.HasCode() {
		line += fmt.Sprintf(" code:%.2f", m.CodeAccuracy)
	}
	if m.HasCode() || m.HasCodeValues() {
		line += fmt.Sprintf(" I(c,G)>=%.2f", max(m.Information(), 0))
	}
	return line
}
