package evaluate

import (
	"context"
	"fmt"
	"slices"
)

// seldom is a part of a class's share among the test images. A class whose share is below that
// part counts as missing.
const seldom = 0.1

// Class is the number of images of a class.
type Class struct {
	Label int `json:"label"`
	Count int `json:"count"` // among the samples
	Floor int `json:"floor"` // among the floor's real images
	// Name is the class's name, if the training set has one for the label.
	Name string `json:"name,omitempty"`
}

// title returns the name, or the label if there is none.
func (c Class) title() string {
	if c.Name == "" {
		return fmt.Sprint(c.Label)
	}
	return c.Name
}

// className returns the name of a label, or "" if it has none.
func className(names []string, label int) string {
	if label >= len(names) {
		return ""
	}
	return names[label]
}

// measureClasses counts the images of each class, as the classifier sorts them. The entropy of the
// classes is at most the logarithm of their number. A class is missing if its share is less than a
// tenth of its share among the test images.
func measureClasses(ctx context.Context, e *Evaluator, s *imageSet) ([]Figure, error) {
	counts, err := e.counts(ctx, s)
	if err != nil {
		return nil, err
	}
	real, err := e.counts(ctx, e.test)
	if err != nil {
		return nil, err
	}
	total, realTotal := float64(s.images.Len()), float64(e.test.images.Len())
	var entropy float64
	missing := 0
	for k, n := range counts {
		share := float64(n) / total
		entropy -= xlogx(share)
		if share < seldom*float64(real[k])/realTotal {
			missing++
		}
	}
	return []Figure{
		{Name: "class_entropy", Unit: "nats", Better: Higher, Value: entropy},
		{Name: "smallest_class", Unit: "share", Better: Higher, Value: float64(slices.Min(counts)) / total},
		{Name: "largest_class", Unit: "share", Better: Lower, Value: float64(slices.Max(counts)) / total},
		{Name: "missing_classes", Unit: "classes", Better: Lower, Value: float64(missing), Against: e.test.split},
	}, nil
}

// counts returns the number of images of s in each class.
func (e *Evaluator) counts(ctx context.Context, s *imageSet) ([]int, error) {
	logits, err := e.logits(ctx, s)
	if err != nil {
		return nil, err
	}
	counts := make([]int, logits.cols)
	for i := range logits.Len() {
		counts[likeliest(logits.at(i))]++
	}
	return counts, nil
}

// likeliest returns the class of the largest logit, or the first of several.
func likeliest(logits []float32) int {
	best := 0
	for k, v := range logits {
		if v > logits[best] {
			best = k
		}
	}
	return best
}
