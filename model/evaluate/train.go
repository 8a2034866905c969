package evaluate

import (
	"context"
	"errors"
	"fmt"

	"gorgan/kernels"
)

// Recipe says how a classifier is trained. The same recipe on the same images gives
// the same classifier, whatever the number of workers.
type Recipe struct {
	Hidden       []int   `json:"hidden"` // widths of the hidden layers; the last one's values are the features
	Epochs       int     `json:"epochs"`
	BatchSize    int     `json:"batch_size"`
	LearningRate float32 `json:"learning_rate"` // Adam's at first; it falls in a line to 0
	Shift        int     `json:"shift"`         // images are moved by up to so many pixels each way
	Seed         uint64  `json:"seed"`
}

// DefaultRecipe reaches about 99 % on MNIST's test images in under a minute on two
// cores.
func DefaultRecipe() Recipe {
	return Recipe{Hidden: []int{512, 128}, Epochs: 20, BatchSize: 128, LearningRate: 1e-3, Shift: 1, Seed: 1}
}

// ErrNoLabels is wrapped when images that are to be told apart have no labels.
var ErrNoLabels = errors.New("no labels to learn from")

// TrainClassifier learns to tell the labels of images apart: softmax cross-entropy
// by Adam over batches in a new order each epoch, each image moved a little. Images
// without a label are left out; the error wraps ErrNoLabels if there are not two
// labels. progress, unless nil, is told the steps done. It uses memory of dev until dev
// is closed.
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
		return nil, fmt.Errorf("evaluate: the classifier of %v went astray: %w; try a lower learning rate", images, err)
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
