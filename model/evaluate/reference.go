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
}

// lastPart is the divisor for the part of the training images that is held back: of MNIST, the
// last 10,000 of 60,000, as in the published configuration of Goodfellow et al. (2014).
const lastPart = 6

// NewReference divides a training set in its order. The last sixth is for validation. If test is
// nil, the last sixth is for the test and the sixth before it for validation. A generator must be
// trained on Train alone. The reference keeps the sets. It returns an error if the training set is
// in the order of its labels, if a part would be empty, or if the sets have images of different
// sizes.
func NewReference(train, test *dataset.Set) (Reference, error) {
	if sorted(train) {
		return Reference{}, fmt.Errorf("evaluate: %s is in the order of its labels, so its end lacks most of them; shuffle it", train.Name())
	}
	end, part := train.Len(), train.Len()/lastPart
	var r Reference
	if test == nil {
		r.Test = Split{"test", train, end - part, end}
		end -= part
	} else {
		r.Test = Whole("test", test)
	}
	r.Validation = Split{"validation", train, end - part, end}
	r.Train = Split{"train", train, 0, end - part}
	return r, r.check()
}

// sorted reports whether the images are in the order of their labels, with more than one label.
func sorted(set *dataset.Set) bool {
	changes := 0
	for i := 1; i < set.Len(); i++ {
		if set.Label(i) < set.Label(i-1) {
			return false
		}
		if set.Label(i) > set.Label(i-1) {
			changes++
		}
	}
	return changes > 0
}

func (r Reference) check() error {
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
