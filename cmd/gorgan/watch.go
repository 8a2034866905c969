package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/cuda"
	"gorgan/dataset"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
)

// evaluateFlags returns the flags for evaluations during training.
func evaluateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.UintFlag{Name: "evaluate-every", Usage: "every `N` steps, and at the last, measure the images drawn and keep the best checkpoint; 0 for never"},
		&cli.IntFlag{Name: "evaluate-count", Usage: "draw `N` images for that", DefaultText: fmt.Sprintf("%d, or %d stacked ones", evaluatedImages, evaluatedStacks)},
		&cli.StringFlag{Name: "evaluate-metric", Usage: "let `METRIC` choose the best: " + strings.Join(deciderNames(), ", "),
			DefaultText: fmt.Sprintf("%s; %s without labels, %s of stacked images", byFrechet, byParzen, byModes)},
		&cli.BoolFlag{Name: "stop-on-collapse", Usage: fmt.Sprintf("end with code %d once evaluations find that the generator has collapsed", exitCollapsed)},
	}
}

// newEvaluator returns the evaluator of a run's images, or nil if the run has no evaluations. It
// also sets how many images are made and which figure decides.
//
// Images are compared with the validation split and not with the test split. The test images
// then take no part in choosing the best checkpoint, and can measure it fairly.
func (p *plan) newEvaluator(ctx context.Context, ui *ui, c *cli.Context, dev cuda.Device, train *dataset.Set) (*evaluate.Evaluator, error) {
	if p.EvaluateEvery == 0 {
		return nil, nil
	}
	test, err := testSplit(ctx, ui, c, p.Data, p.Resize)
	if err != nil {
		return nil, err
	}
	r, err := evaluate.NewReference(train, test)
	if err != nil {
		return nil, err
	}
	classifier, err := p.classifier(ctx, ui, dev, r)
	if err != nil {
		return nil, err
	}
	if err := p.settle(classifier); err != nil {
		return nil, err
	}
	o := evaluate.Options{Metrics: []string{"duplicates"}}
	if p.Model.Stack == 1 {
		o.Metrics = append(o.Metrics, p.EvaluateMetric)
		if classifier != nil {
			o.Metrics = append(o.Metrics, byFrechet, "classes")
		}
	}
	r.Test = r.Validation
	return evaluate.New(dev, r, classifier, o)
}

// classifier returns the classifier of r's images, or nil if they have no labels or are too few.
func (p *plan) classifier(ctx context.Context, ui *ui, dev cuda.Device, r evaluate.Reference) (*evaluate.Classifier, error) {
	defer ui.stop()
	stage := stages(ui)
	classifier, err := evaluate.ClassifierFor(ctx, dev, r, func(done, total int) { stage("training a classifier", done, total) })
	if errors.Is(err, evaluate.ErrNoLabels) {
		ui.note("%s has no labels to train a classifier on: evaluations have the figures that need none", p.Data)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if least := classifier.FrechetImages(); r.Validation.Len() < least {
		ui.note("%v has fewer than %s: evaluations have the figures that need no classifier", r.Validation, count(least, "image"))
		return nil, nil
	}
	return classifier, nil
}

// settle chooses the settings that were not given and checks those that were.
func (p *plan) settle(classifier *evaluate.Classifier) error {
	count, metric := evaluatedImages, byFrechet
	switch {
	case p.Model.Stack > 1 && classifier == nil:
		return errors.New("--evaluate-every: stacked images are measured by their classes, for which the set has too few images or no labels")
	case p.Model.Stack > 1:
		count, metric = evaluatedStacks, byModes
	case classifier == nil:
		metric = byParzen
	}
	if p.EvaluateCount == 0 {
		p.EvaluateCount = count
	}
	if p.EvaluateMetric == "" {
		p.EvaluateMetric = metric
	}
	switch {
	case (p.EvaluateMetric == byModes) != (p.Model.Stack > 1):
		return usageError{fmt.Errorf("--evaluate-metric is %q, which is not for images of --stack %d", p.EvaluateMetric, p.Model.Stack)}
	case classifier == nil && p.EvaluateMetric != byParzen:
		return usageError{fmt.Errorf("--evaluate-metric is %q, want %s, which needs no classifier", p.EvaluateMetric, byParzen)}
	case p.Model.Stack == 1 && classifier != nil && p.EvaluateCount < classifier.FrechetImages():
		return usageError{fmt.Errorf("--evaluate-count is %d, want %d or more for the Fréchet distance", p.EvaluateCount, classifier.FrechetImages())}
	}
	return nil
}

// watch evaluates a run during training and warns when it goes wrong.
type watch struct {
	ui        *ui
	run       *runFolder
	trainer   *model.Trainer
	evaluator *evaluate.Evaluator // nil for none
	settings  settings
	judge     judge
	begun     uint32 // the step the bar begins at
}

// newWatch starts at the step that the run has reached. It knows the metrics and evaluations
// from before a resume, and does not repeat their warnings.
func newWatch(ui *ui, run *runFolder, t *model.Trainer, e *evaluate.Evaluator, s settings) *watch {
	w := &watch{ui: ui, run: run, trainer: t, evaluator: e, settings: s, judge: judge{config: s.Model}, begun: t.Step()}
	for _, m := range run.measured.noted {
		if s.plan().Displays(m.Step) {
			w.judge.displayed(m)
		}
	}
	for _, e := range run.evaluated.noted {
		w.judged(&e)
	}
	return w
}

// display prints a display step, and a warning if its metrics give a reason.
func (w *watch) display(m model.Metrics) error {
	w.ui.display(m)
	if warning := w.judge.displayed(m); warning != "" {
		w.ui.note("warning: %s", warning)
	}
	return w.run.display(m, w.trainer)
}

// evaluate measures the generator after step, whose state is saved.
func (w *watch) evaluate(ctx context.Context, step uint32) error {
	drawn := picture.Of(w.trainer.Config(), picture.SeedsFrom(0, w.settings.EvaluateCount), w.trainer.Draw)
	values, err := drawn.Values(ctx, func() { w.progress(step, "drawing") })
	if err != nil {
		return err
	}
	measure := w.evaluator.Run
	if w.settings.Model.Stack > 1 {
		measure = w.evaluator.RunStacked
	}
	samples := evaluate.Samples{Source: fmt.Sprintf(checkpointFile+", step %d", step, step), Values: values}
	report, err := measure(ctx, samples, func(stage string, _, _ int) { w.progress(step, stage) })
	if err != nil {
		return err
	}
	e := evaluation{step, *report}
	best := w.settings.better(&e, w.run.best)
	if err := w.run.record(e, best); err != nil {
		return err
	}
	w.ui.prose(w.settings.evaluated(&e, best))
	if warning := w.judged(&e); warning != "" {
		w.ui.note("warning: %s", warning)
	}
	if w.settings.StopOnCollapse && w.judge.collapsed.holds {
		return w.collapsed(&e)
	}
	return nil
}

// judged returns a warning if an evaluation gives a reason.
func (w *watch) judged(e *evaluation) string {
	f, _ := w.settings.decisive(e)
	return w.judge.evaluated(e, f)
}

func (w *watch) progress(step uint32, stage string) {
	w.ui.progress(int(step), "evaluating: "+stage)
}

// collapseError ends a run of --stop-on-collapse.
type collapseError string

func (e collapseError) Error() string { return string(e) }

func (w *watch) collapsed(e *evaluation) error {
	text := fmt.Sprintf("the generator has collapsed at step %d, which is saved: %s", e.Step, e.Collapse())
	if best := w.run.best; best != nil {
		f, _ := w.settings.decisive(best)
		text += fmt.Sprintf("; the best checkpoint is %s, of step %d with a %s of %.4g", w.run.path(bestFile), best.Step, f.Name, f.Value)
	}
	return collapseError(text)
}

// timeSpent returns how long training took and how fast it was. It counts the steps whose lines
// are there, because a crash may have lost others. It returns "" if the time is too short.
func timeSpent(noted []model.Metrics) string {
	if len(noted) == 0 {
		return ""
	}
	first, last := noted[0], noted[len(noted)-1]
	if last.Seconds <= first.Seconds {
		return ""
	}
	spent := time.Duration(last.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	return fmt.Sprintf("%s of training, %.0f steps a second", spent, float64(last.Step-first.Step)/(last.Seconds-first.Seconds))
}

// finish prints what a run leaves after its last step.
func (w *watch) finish() error {
	state, err := w.trainer.State()
	if err != nil {
		return err
	}
	w.ui.say("optimization finished")
	w.ui.note("weights: %s", state.WeightHash())
	if spent := timeSpent(w.run.measured.noted); spent != "" {
		w.ui.note("time: %s", spent)
	}
	w.ui.note("picture: %s", w.run.path(fmt.Sprintf(fakesFile, state.Step)))
	if best := w.run.best; best != nil {
		w.ui.note("best: step %d, %s", best.Step, w.run.path(bestFile))
	}
	w.ui.note("draw more with: %s", w.ui.command("generate", "--model", w.run.dir))
	return nil
}
