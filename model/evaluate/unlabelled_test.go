package evaluate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/dataset/raster"
)

// TestWithoutLabels: all figures that need no labels are measured by the features of a pretext task. The
// report says by which, and what is left out and why.
func TestWithoutLabels(t *testing.T) {
	dev, r := cpu(t, 2), slopesReference(t, colour(4, 4))
	c, err := ClassifierFor(context.Background(), dev, r, nil)
	must(t, err)
	if c.Recipe.Task != RotationAndChannels || c.Data != "slopes train[0:500]" {
		t.Fatalf("task %q on %s", c.Recipe.Task, c.Data)
	}
	e, err := New(dev, r, c, Options{})
	must(t, err)
	good := Samples{Source: "others", Values: valuesOf(t, Whole("others", slopes(t, 300, colour(4, 4), 9)))}
	report, err := e.Run(context.Background(), good, nil)
	must(t, err)
	var names []string
	for _, f := range report.Figures {
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, " "), "parzen parzen_sigma frechet_distance kid precision recall density coverage sliced_wasserstein "+
		"nearest_distance close_to_training memorised training_copies near_duplicates duplicates"; got != want {
		t.Errorf("figures %s, want %s", got, want)
	}
	accuracy, err := c.Accuracy(context.Background(), dev, r.Test)
	must(t, err)
	if n := report.Classifier; n.Pretext != RotationAndChannels || n.Accuracy != accuracy || accuracy < 0.5 || len(report.Classes) > 0 {
		t.Errorf("classifier %+v with %d classes, want an accuracy of %v by %s", n, len(report.Classes), accuracy, RotationAndChannels)
	}
	if want := []string{"score, classes: needs a classifier by labels: slopes train[0:500]: 0 labels among 500 images, want two or more: no labels to learn from"}; !slices.Equal(report.LeftOut, want) {
		t.Errorf("left out %q, want %q", report.LeftOut, want)
	}
	var text strings.Builder
	_, err = report.WriteTo(&text)
	must(t, err)
	for _, line := range []string{
		"division    half of the held-out images for validation, half for the test\n",
		fmt.Sprintf("classifier  48-512-32-12 on slopes train[0:500] by rotation and channel order, %.2f %% of test right\n", 100*accuracy),
		"left out    score, classes: needs a classifier by labels: ",
	} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("no line %q in\n%s", line, text.String())
		}
	}

	// Features see colours: grey images of the same brightness are far away.
	grey := Samples{Source: "grey", Values: slices.Clone(good.Values)}
	for i := 0; i < len(grey.Values); i += 3 {
		mean := (grey.Values[i] + grey.Values[i+1] + grey.Values[i+2]) / 3
		grey.Values[i], grey.Values[i+1], grey.Values[i+2] = mean, mean, mean
	}
	worse, err := e.Run(context.Background(), grey, nil)
	must(t, err)
	for _, name := range []string{"frechet_distance", "kid", "sliced_wasserstein"} {
		a, _ := report.Figure(name)
		b, _ := worse.Figure(name)
		if b.Value < 3*a.Value || b.Value < 3*b.Floor {
			t.Errorf("%s of grey images is %v, of good ones %v, the floor %v", name, b.Value, a.Value, b.Floor)
		}
	}
	if found := report.Collapse(); found != "" {
		t.Errorf("good samples: %s", found)
	}
	for i := range grey.Values {
		grey.Values[i] = good.Values[i%(3*48)]
	}
	one, err := e.Run(context.Background(), grey, nil)
	must(t, err)
	if found := one.Collapse(); found != "100 % of the images are near duplicates" {
		t.Errorf("three samples: %q", found)
	}

	if _, err = New(dev, r, c, Options{Metrics: []string{"score"}}); !errors.Is(err, ErrNoLabels) || !strings.HasPrefix(err.Error(), "evaluate: score: needs a classifier by labels: slopes train[0:500]: 0 labels") {
		t.Errorf("score: error %v", err)
	}
	again, err := json.Marshal(report)
	must(t, err)
	var back Report
	must(t, json.Unmarshal(again, &back))
	if diff := cmp.Diff(report.Classifier, back.Classifier); diff != "" || !slices.Equal(back.LeftOut, report.LeftOut) || back.Division != report.Division {
		t.Errorf("read back: %s, left out %q, division %q", diff, back.LeftOut, back.Division)
	}
}

// TestLeftOut: a metric that wants more images than there are is left out with a reason, unless it was
// asked for.
func TestLeftOut(t *testing.T) {
	dev := cpu(t, 2)
	train, held, err := Holdout(slopes(t, 60, raster.Grey(toySize), 1), 0.3, 0)
	must(t, err)
	r, err := NewReference(train, held)
	must(t, err)
	recipe := RecipeFor(r)
	recipe.Epochs = 2
	c, err := TrainClassifier(context.Background(), dev, r.Train, recipe, nil)
	must(t, err)
	e, err := New(dev, r, c, Options{})
	must(t, err)
	samples := Samples{Source: "others", Values: valuesOf(t, Whole("others", slopes(t, 200, raster.Grey(toySize), 9)))}
	report, err := e.Run(context.Background(), samples, nil)
	must(t, err)
	if n := len(report.LeftOut); n != 2 || report.LeftOut[1] != "Fréchet distance: 9 images (slopes test[0:9]), want 160 or more" {
		t.Errorf("left out %q", report.LeftOut)
	}
	if _, ok := report.Figure("kid"); !ok {
		t.Error("no kernel distance of a few images")
	}
	again, err := e.Run(context.Background(), samples, nil)
	if err != nil || !slices.Equal(again.LeftOut, report.LeftOut) {
		t.Errorf("left out the next time %q (%v)", again.LeftOut, err)
	}
}
