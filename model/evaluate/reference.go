package evaluate

import (
	"fmt"

	"gorgan/dataset"
)

// Reference is the real images that samples are compared with.
type Reference struct {
	Train      Split // the images that the generator was trained on
	Validation Split // images that choose the parameters of a metric
	Test       Split // the images that samples are measured against
	// Division says for the report how the images were divided. NewReference says how it divided
	// the held-out images. A caller that chose these puts before that how it did: see HoldoutNote.
	Division string
}

// lastPart is the divisor for MNIST's validation images: the last 10,000 of the 60,000 training
// images, as in the published configuration of Goodfellow et al. (2014).
const lastPart = 6

// NewReference returns a reference of the images that the generator was trained on and of those that
// were held out. Half of the held-out images are for validation, and half for the test. A fixed
// permutation chooses them.
//
// MNIST has the division of the 2014 paper. If train is MNIST's 60,000 training images, the last
// 10,000 are for validation, the others are Train, and all of heldOut is for the test.
//
// The reference keeps the sets. It returns an error if there are fewer than two held-out images, if
// the sets have images of different shapes, or if an image cannot be read.
func NewReference(train, heldOut *dataset.Set) (Reference, error) {
	if train == nil || heldOut == nil || heldOut.Len() < 2 {
		n := 0
		if heldOut != nil {
			n = heldOut.Len()
		}
		return Reference{}, fmt.Errorf("evaluate: %d held-out images, want 2 or more: half for validation, half for the test", n)
	}
	mnist, err := MNISTClassifier()
	if err != nil {
		return Reference{}, err
	}
	if n := train.Len(); train.Fingerprint() == mnist.Fingerprint {
		part := n - n/lastPart
		r := Reference{
			Train: Split{"train", train, 0, part}, Validation: Split{"validation", train, part, n}, Test: Whole("test", heldOut),
			Division: "as in the paper of 2014",
		}
		return r, r.check()
	}
	n := heldOut.Len()
	validation, err := heldOut.Select(first(n/2, n, 0))
	if err != nil {
		return Reference{}, err
	}
	test, err := heldOut.Select(rest(n/2, n, 0))
	if err != nil {
		return Reference{}, err
	}
	r := Reference{
		Train: Whole("train", train), Validation: Whole("validation", validation), Test: Whole("test", test),
		Division: "half of the held-out images for validation, half for the test",
	}
	return r, r.check()
}

// leastOfLabel is the smallest number of images of a label that a classifier can learn from.
const leastOfLabel = 5

// Labels returns nil if a classifier can be trained by the labels of the training images: there are
// two labels or more, each with five images or more. Otherwise it returns an error that wraps
// ErrNoLabels and says what is missing. It also returns an error if r is not valid.
func (r Reference) Labels() error {
	if err := r.check(); err != nil {
		return err
	}
	if err := r.labels(); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	return nil
}

func (r Reference) labels() error {
	set := learningSet{images: r.learnable()}
	if err := set.label(); err != nil {
		return err
	}
	counts := make([]int, len(set.labels))
	for _, class := range set.classes {
		counts[class]++
	}
	for class, n := range counts {
		if n < leastOfLabel {
			return fmt.Errorf("%v: label %d has %d images, want %d or more: %w", set.images, set.labels[class], n, leastOfLabel, ErrNoLabels)
		}
	}
	return nil
}

// learnable returns the images that a classifier may learn from: all but the test images.
// Validation images that are not in the training set take no part.
func (r Reference) learnable() Split {
	images := r.Train
	if r.Validation.Set == images.Set && r.Validation.First == images.End {
		images.End = r.Validation.End
	}
	return images
}

func (r Reference) check() error {
	if n := r.Train.Len(); n == 1 {
		return fmt.Errorf("evaluate: %v is a single image, want 2 or more to compare with", r.Train)
	}
	for _, s := range []Split{r.Train, r.Validation, r.Test} {
		if err := s.check(); err != nil {
			return err
		}
		if got, want := s.Set.Shape(), r.Train.Set.Shape(); got != want {
			return fmt.Errorf("evaluate: %v has images of %v, want %v as in the training set", s, got, want)
		}
	}
	return nil
}
