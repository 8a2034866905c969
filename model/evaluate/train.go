package evaluate

import (
	"context"
	"errors"
	"fmt"

	"gorgan/kernels"
)

// Recipe says how a classifier is trained. The same recipe and the same images give the same
// classifier, for any number of workers.
type Recipe struct {
	Hidden       []int   `json:"hidden"` // widths of the hidden layers; the outputs of the last are the features
	Epochs       int     `json:"epochs"`
	BatchSize    int     `json:"batch_size"`
	LearningRate float32 `json:"learning_rate"` // Adam's first learning rate; it falls linearly to 0
	Shift        int     `json:"shift"`         // images are moved by up to that many pixels each way
	Seed         uint64  `json:"seed"`
}

// DefaultRecipe returns a recipe that reaches about 99 % on MNIST's test images, in less than a
// minute on two cores.
func DefaultRecipe() Recipe {
	return Recipe{Hidden: []int{512, 128}, Epochs: 20, BatchSize: 128, LearningRate: 1e-3, Shift: 1, Seed: 1}
}

// ErrNoLabels is wrapped by errors about images without labels for a classifier.
var ErrNoLabels = errors.New("no labels to learn from")

// TrainClassifier trains a classifier of the labels of images. Adam minimises softmax
// cross-entropy on batches in a new order each epoch, and each image is moved a little. Images
// without a label are left out. progress is called with the steps done; it may be nil. The memory
// that it allocates on dev is free only after dev is closed.
//
// It returns an error that wraps ErrNoLabels if there are fewer than two labels. It also returns
// an error if r is out of range, if an image cannot be read, if a weight becomes a NaN or too
// large for a float16, or if dev fails. If ctx ends, it returns ctx's error.
func TrainClassifier(ctx context.Context, dev kernels.Device, images Split, r Recipe, progress func(done, total int)) (*Classifier, error) {
	set, err := labelled(images)
	if err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	c := &Classifier{
		Labels: set.labels, Recipe: r, Data: images.String(), Fingerprint: images.Set.Fingerprint(),
		Widths: append(append([]int{images.width()}, r.Hidden...), len(set.labels)),
	}
	steps := max(r.Epochs*len(set.index)/r.BatchSize, 1)
	l, err := newLearner(dev, c.Widths, r, set, steps)
	if err != nil {
		return nil, err
	}
	for step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := l.step(step); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(step+1, steps)
		}
	}
	values, err := download(dev, l.net)
	if err != nil {
		return nil, err
	}
	if err := c.round(values); err != nil {
		return nil, fmt.Errorf("evaluate: training the classifier of %v failed: %w; try a lower learning rate", images, err)
	}
	return c, nil
}

func (r Recipe) check() error {
	for _, n := range append([]int{r.Epochs, r.BatchSize}, r.Hidden...) {
		if n < 1 {
			return fmt.Errorf("evaluate: recipe %+v, want epochs, batch size and widths of at least 1", r)
		}
	}
	if len(r.Hidden) == 0 || !(r.LearningRate > 0) || r.Shift < 0 {
		return fmt.Errorf("evaluate: recipe %+v, want a hidden layer, a learning rate above 0 and a shift of 0 or more", r)
	}
	return nil
}
