package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/cuda"
	"gorgan/dataset"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// evaluateFlags returns the flags for evaluations during training.
func evaluateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.UintFlag{Name: "evaluate-every", Usage: "every `N` steps, and at the last, measure the images drawn and keep the best checkpoint; 0 for never"},
		&cli.IntFlag{Name: "evaluate-count", Usage: "draw `N` images for that", DefaultText: fmt.Sprintf("%d, or %d stacked ones", evaluatedImages, evaluatedStacks)},
		&cli.StringFlag{Name: "evaluate-metric", Usage: "let `METRIC` choose the best: " + strings.Join(run.EvaluateMetrics(), ", "),
			DefaultText: fmt.Sprintf("%s; %s without labels, %s of stacked images", run.ByFrechet, run.ByParzen, run.ByModes)},
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
			o.Metrics = append(o.Metrics, run.ByFrechet, "classes")
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
	count, metric := evaluatedImages, run.ByFrechet
	switch {
	case p.Model.Stack > 1 && classifier == nil:
		return errors.New("--evaluate-every: stacked images are measured by their classes, for which the set has too few images or no labels")
	case p.Model.Stack > 1:
		count, metric = evaluatedStacks, run.ByModes
	case classifier == nil:
		metric = run.ByParzen
	}
	if p.EvaluateCount == 0 {
		p.EvaluateCount = count
	}
	if p.EvaluateMetric == "" {
		p.EvaluateMetric = metric
	}
	switch {
	case (p.EvaluateMetric == run.ByModes) != (p.Model.Stack > 1):
		return usageError{fmt.Errorf("--evaluate-metric is %q, which is not for images of --stack %d", p.EvaluateMetric, p.Model.Stack)}
	case classifier == nil && p.EvaluateMetric != run.ByParzen:
		return usageError{fmt.Errorf("--evaluate-metric is %q, want %s, which needs no classifier", p.EvaluateMetric, run.ByParzen)}
	case p.Model.Stack == 1 && classifier != nil && p.EvaluateCount < classifier.FrechetImages():
		return usageError{fmt.Errorf("--evaluate-count is %d, want %d or more for the Fréchet distance", p.EvaluateCount, classifier.FrechetImages())}
	}
	return nil
}
