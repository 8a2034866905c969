package evaluate

import (
	"fmt"

	"gorgan/dataset"
)

// Reference is the real images that samples are held against.
type Reference struct {
	Train      Split // what the generator learned from
	Validation Split // chooses what a metric leaves open
	Test       Split // what the figures are against
}

// lastPart is the part of the training images that is kept back: with MNIST the last
// 10,000 of 60,000, as in the published configuration of Goodfellow et al. (2014).
const lastPart = 6

// NewReference divides a training set in its order: the last sixth is for validation.
// Without a test set (nil) the last sixth is for the test, and the one before it for
// validation. A generator to be evaluated has learned from Train alone. A set in the
// order of its labels cannot be divided so, and gives an error.
func NewReference(train, test *dataset.Set) (Reference, error) {
	if sorted(train) {
		return Reference{}, fmt.Errorf("evaluate: %s is in the order of its labels, so that its end is no fair sample; shuffle it", train.Name())
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

// sorted says whether the images of each label lie together, in the order of labels.
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
		if got, want := s.Set.Size(), r.Train.Set.Size(); got != want {
			return fmt.Errorf("evaluate: %v has images of %v, the training set of %v", s, got, want)
		}
	}
	return nil
}
