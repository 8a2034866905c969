package evaluate

import (
	"context"
	"math"
	"slices"
	"testing"

	"gorgan/dataset"
)

func mnistSets(t *testing.T) (train, test *dataset.Set) {
	t.Helper()
	train, _, err := dataset.Open(context.Background(), "mnist", dataset.Options{})
	must(t, err)
	test, _, err = dataset.Open(context.Background(), "mnist", dataset.Options{Split: "test"})
	must(t, err)
	return train, test
}

// TestMNISTClassifier: it knows digits, and is of the data and the recipe it says.
func TestMNISTClassifier(t *testing.T) {
	c, err := MNISTClassifier()
	must(t, err)
	train, test := mnistSets(t)
	accuracy, err := c.Accuracy(context.Background(), cpu(t, 2), Whole("test", test))
	must(t, err)
	if accuracy < 0.985 {
		t.Errorf("%v of the test images right, want 0.985 or more", accuracy)
	}
	r, want := c.Recipe, DefaultRecipe()
	if !slices.Equal(r.Hidden, want.Hidden) || r.Epochs != want.Epochs || r.BatchSize != want.BatchSize ||
		r.LearningRate != want.LearningRate || r.Shift != want.Shift || r.Seed != want.Seed || c.Fingerprint != train.Fingerprint() {
		t.Errorf("by recipe %+v of data %s, want %+v of %s; run `go generate ./model/evaluate`", r, c.Fingerprint, want, train.Fingerprint())
	}
}

// TestMNISTClassifierRepeats: the recipe gives the committed weights, bit for bit, on
// processors with fused products.
func TestMNISTClassifierRepeats(t *testing.T) {
	long(t)
	want, err := MNISTClassifier()
	must(t, err)
	train, _ := mnistSets(t)
	got, err := TrainClassifier(context.Background(), cpu(t, 3), Whole("train", train), DefaultRecipe(), nil)
	must(t, err)
	if got.SHA256() != want.SHA256() {
		t.Errorf("hash %s, want %s", got.SHA256(), want.SHA256())
	}
}

// TestMNISTParzen: another program measured 241.2 ± 2.1 for the first 10,000 training
// images.
func TestMNISTParzen(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	train, test := mnistSets(t)
	r, err := NewReference(train, test)
	must(t, err)
	validation := Split{"validation", train, 50000, 51000}
	if r.Validation.First != validation.First || r.Validation.End != 60000 || r.Train.End != 50000 {
		t.Fatalf("reference %v, %v, want the split of 2014", r.Train, r.Validation)
	}
	got, err := newDistances(t).parzen(context.Background(), Split{"train", train, 0, 10000}, validation, r.Test)
	must(t, err)
	if math.Abs(got.mean-241.2) > 0.1 || math.Abs(got.standardError-2.1) > 0.1 {
		t.Errorf("Parzen %v ± %v, want 241.2 ± 2.1", got.mean, got.standardError)
	}
}
