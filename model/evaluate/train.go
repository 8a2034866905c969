package evaluate

import (
	"context"
	"errors"
	"fmt"

	"gorgan/kernels"
)

// ErrNoLabels is wrapped by errors about images without labels for a classifier.
var ErrNoLabels = errors.New("no labels to learn from")

// TrainClassifier trains a classifier of images by the recipe's task. Adam minimises softmax
// cross-entropy on batches in a new order each epoch, and each image is moved a little. By labels,
// images without a label are left out. By a pretext task, each image is shown each time in a random
// version. progress is called with the steps done; it may be nil. The memory that it allocates on
// dev is free only after dev is closed.
//
// By labels, it returns an error that wraps ErrNoLabels if there are fewer than two. It also returns
// an error if r is out of range or for other images, if an image cannot be read, if a weight becomes
// a NaN or too large for a float16, or if dev fails. If ctx ends, it returns ctx's error.
func TrainClassifier(ctx context.Context, dev kernels.Device, images Split, r Recipe, progress func(done, total int)) (*Classifier, error) {
	set, err := learnable(images, r.Task)
	if err != nil {
		return nil, err
	}
	if err := r.check(images.Set.Shape()); err != nil {
		return nil, err
	}
	c := &Classifier{
		Labels: set.labels, Recipe: r, Data: images.String(), Fingerprint: images.Set.Fingerprint(),
		Widths: append(append([]int{images.width()}, r.Hidden...), len(set.labels)),
	}
	steps := max(r.Epochs*set.Len()/r.BatchSize, 1)
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
	if r.Centred {
		absorb(values, l.batch.mean, r.Hidden[0])
	}
	if err := c.round(values); err != nil {
		return nil, fmt.Errorf("evaluate: training the classifier of %v failed: %w; try a lower learning rate", images, err)
	}
	return c, nil
}

// absorb makes a net that was trained on images without mean one for images as they are. It changes
// the bias of the first layer, of that many units, by its product with the mean.
func absorb(values, mean []float32, units int) {
	weight, bias := values[:len(mean)*units], values[len(mean)*units:][:units]
	for j := range bias {
		var product float64
		for i, m := range mean {
			product += float64(m) * float64(fromFloat16(toFloat16(weight[i*units+j]))) // as it will be rounded
		}
		bias[j] -= float32(product)
	}
}
