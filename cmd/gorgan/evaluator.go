package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// evaluateFlags returns the flags for evaluations during training.
func evaluateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.UintFlag{Name: "evaluate-every", Usage: "measure fake images every `N` steps and at the last, and keep the best checkpoint; 0 for never"},
		&cli.IntFlag{Name: "evaluate-count", Usage: "measure `N` fake images each time", DefaultText: fmt.Sprintf("%d, or %d stacked ones", evaluatedImages, evaluatedStacks)},
		&cli.StringFlag{Name: "evaluate-metric", Usage: "let `METRIC` choose the best: " + strings.Join(run.EvaluateMetrics(), ", "),
			DefaultText: fmt.Sprintf("%s; %s without labels, %s of stacked images", run.ByFrechet, run.ByParzen, run.ByModes)},
		&cli.BoolFlag{Name: "stop-on-collapse", Usage: fmt.Sprintf("stop with exit code %d once evaluations find that the generator has collapsed", exitCollapsed)},
	}
}

// newEvaluator returns the evaluator of a run's images, or nil if the run has no evaluations. It
// also sets how many images are made and which figure decides.
//
// Images are compared with the validation split and not with the test split. The test images
// then take no part in choosing the best checkpoint, and can measure it fairly.
func (s *session) newEvaluator(ctx context.Context, ui *ui, dev device.Device, data runData) (*evaluate.Evaluator, error) {
	if s.EvaluateEvery == 0 {
		return nil, nil
	}
	r, err := data.reference(ui)
	if err != nil {
		return nil, err
	}
	classifier, err := s.classifier(ctx, ui, dev, r)
	if err != nil {
		return nil, err
	}
	if err := s.settle(classifier); err != nil {
		return nil, err
	}
	o := evaluate.Options{Metrics: []string{"duplicates"}}
	if s.Model.Stack == 1 {
		o.Metrics = append(o.Metrics, s.EvaluateMetric)
		if classifier != nil {
			o.Metrics = append(o.Metrics, run.ByFrechet)
		}
		if byLabel(classifier) {
			o.Metrics = append(o.Metrics, "classes")
		}
	}
	r.Test = r.Validation
	return evaluate.New(dev, r, classifier, o)
}

// byLabel reports whether c finds classes. c may be nil.
func byLabel(c *evaluate.Classifier) bool { return c != nil && c.Recipe.Task == evaluate.ByLabel }

// classifier returns the classifier of r's images. It returns nil if they are too few for the Fréchet
// distance, or if the modes of stacked images have no classes.
func (s *session) classifier(ctx context.Context, ui *ui, dev device.Device, r evaluate.Reference) (*evaluate.Classifier, error) {
	unlabelled := r.Labels()
	if unlabelled != nil && s.Model.Stack > 1 {
		return nil, nil
	}
	recipe := evaluate.RecipeFor(r)
	if least := recipe.FrechetImages(); r.Validation.Len() < least {
		ui.note("%v has fewer than %s: evaluations have the figures that need no classifier", r.Validation, count(least, "image"))
		return nil, nil
	}
	if unlabelled != nil {
		ui.note("%s has no labels to train a classifier on: its features come from a net trained on %s", s.Data, recipe.Task)
	}
	defer ui.stop()
	stage := stages(ui)
	return evaluate.ClassifierFor(ctx, dev, r, func(done, total int) { stage("training a classifier", done, total) })
}

// settle chooses the settings that were not given and checks those that were.
func (s *session) settle(classifier *evaluate.Classifier) error {
	metric := run.ByFrechet
	switch {
	case s.Model.Stack > 1 && classifier == nil:
		return errors.New("--evaluate-every: stacked images are measured by their classes, for which the set has too few images or no labels")
	case s.Model.Stack > 1:
		metric = run.ByModes
	case classifier == nil:
		metric = run.ByParzen
	}
	if s.EvaluateCount == 0 {
		s.EvaluateCount = evaluatedCount(s.Model.Stack)
	}
	if s.EvaluateMetric == "" {
		s.EvaluateMetric = metric
	}
	switch {
	case (s.EvaluateMetric == run.ByModes) != (s.Model.Stack > 1):
		return usageError{fmt.Errorf("--evaluate-metric is %q, which is not for images of --stack %d", s.EvaluateMetric, s.Model.Stack)}
	case classifier == nil && s.EvaluateMetric != run.ByParzen:
		return usageError{fmt.Errorf("--evaluate-metric is %q, want %s, which needs no classifier", s.EvaluateMetric, run.ByParzen)}
	case s.EvaluateMetric == "score" && !byLabel(classifier):
		return usageError{fmt.Errorf("--evaluate-metric is %q, want another for images without labels", s.EvaluateMetric)}
	case s.Model.Stack == 1 && classifier != nil && s.EvaluateCount < classifier.Recipe.FrechetImages():
		return usageError{fmt.Errorf("--evaluate-count is %d, want %d or more for the Fréchet distance", s.EvaluateCount, classifier.Recipe.FrechetImages())}
	}
	return nil
}
