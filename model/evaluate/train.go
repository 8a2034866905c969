package evaluate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/streams"
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

// Adam's constants, the defaults of Kingma and Ba, "Adam: a method for stochastic
// optimization" (2015), algorithm 1; epsilon in the place of their epsilon hat, see
// kernels.Adam.
const beta1, beta2, epsilon = 0.9, 0.999, 1e-8

// learner is a perceptron under training.
type learner struct {
	recipe            Recipe
	steps             int
	net               *perceptron
	grads, m, v       *tensor.Dense   // as net.values
	gradients         []dense         // of each layer: weight, bias and y
	runs              []*tensor.Dense // of each layer, for kernels.ReLUGrad
	clock, base, rate *tensor.Dense   // step, learning rate, and Adam's of it
	x, logits, dLogit []float32
	batch             batch
}

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
	values := make([]float32, parameters(c.Widths))
	if err := dev.Download(values, l.net.values); err != nil {
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

func newLearner(dev kernels.Device, widths []int, r Recipe, set labelledSet, steps int) (*learner, error) {
	net, err := newPerceptron(dev, widths, r.BatchSize)
	if err != nil {
		return nil, err
	}
	n, classes := parameters(widths), len(set.labels)
	l := &learner{
		recipe: r, steps: steps, net: net, gradients: make([]dense, len(net.layers)), runs: make([]*tensor.Dense, len(net.layers)),
		x:      make([]float32, r.BatchSize*widths[0]),
		logits: make([]float32, r.BatchSize*classes), dLogit: make([]float32, r.BatchSize*classes),
		batch: batch{set: set, shift: r.Shift, key: kernels.Key(r.Seed), targets: make([]int, r.BatchSize)},
	}
	for _, t := range []struct {
		tensor **tensor.Dense
		n      int
	}{{&l.grads, n}, {&l.m, n}, {&l.v, n}, {&l.base, 1}, {&l.rate, 1}} {
		if *t.tensor, err = dev.New(tensor.Float32, t.n); err != nil {
			return nil, err
		}
	}
	if l.clock, err = dev.New(tensor.Uint32, 1); err != nil {
		return nil, err
	}
	values := make([]float32, n)
	err = eachTensor(widths, func(layer, offset int, shape ...int) error {
		d := &l.gradients[layer]
		if len(shape) == 1 {
			if d.bias, err = dev.View(l.grads, offset, shape...); err != nil {
				return err
			}
			if n := kernels.GradRuns(r.BatchSize); n > 1 {
				l.runs[layer], err = dev.New(tensor.Float32, n, shape[0])
			}
			return err
		}
		// He et al., "Delving deep into rectifiers: surpassing human-level performance on
		// ImageNet classification" (2015), section 2.2.
		stddev := math.Sqrt(2 / float64(shape[0]))
		kernels.Normal(values[offset:][:shape[0]*shape[1]], stddev, kernels.Key(r.Seed), streams.Weights+kernels.Stream(layer))
		if d.y, err = dev.New(tensor.Float32, r.BatchSize, shape[1]); err != nil {
			return err
		}
		d.weight, err = dev.View(l.grads, offset, shape...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, dev.Upload(net.values, values)
}

// step is one update; step counts from 0.
func (l *learner) step(step int) error {
	dev, last := l.net.dev, len(l.net.layers)-1
	if err := l.batch.fill(l.x, step); err != nil {
		return err
	}
	if err := dev.Upload(l.net.x, l.x); err != nil {
		return err
	}
	if err := l.net.forward(); err != nil {
		return err
	}
	if err := dev.Download(l.logits, l.net.logits()); err != nil {
		return err
	}
	crossEntropyGrad(l.dLogit, l.logits, l.batch.targets)
	if err := dev.Upload(l.gradients[last].y, l.dLogit); err != nil {
		return err
	}
	if err := l.backward(); err != nil {
		return err
	}
	if err := kernels.Tick(dev, l.clock); err != nil {
		return err
	}
	if err := kernels.Ramp(dev, l.base, l.clock, l.recipe.LearningRate, 0, l.steps); err != nil {
		return err
	}
	if err := kernels.AdamRate(dev, l.rate, l.base, l.clock, beta1, beta2, 1, 0); err != nil {
		return err
	}
	return kernels.Adam(dev, l.net.values, l.m, l.v, l.grads, l.rate, beta1, beta2, epsilon)
}

// backward takes the gradient at the logits to the gradients of all parameters.
func (l *learner) backward() error {
	dev := l.net.dev
	for i := len(l.net.layers) - 1; i >= 0; i-- {
		d, x := l.gradients[i], l.net.x
		if i > 0 {
			x = l.net.layers[i-1].y
		}
		slope := func() error { return kernels.ReLUGrad(dev, d.y, d.bias, l.runs[i], l.net.layers[i].y, 0) }
		if i == len(l.net.layers)-1 {
			slope = func() error { return kernels.LinearGrad(dev, d.bias, l.runs[i], d.y) }
		}
		if err := slope(); err != nil {
			return err
		}
		if err := dev.MatMul(d.weight, x, d.y, true, false); err != nil {
			return err
		}
		if i > 0 {
			if err := dev.MatMul(l.gradients[i-1].y, d.y, l.net.layers[i].weight, false, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// crossEntropyGrad writes the gradient of the mean of -log softmax(logits)[target]
// over the rows of logits, (softmax(logits) - onehot(target)) / rows.
func crossEntropyGrad(dst, logits []float32, targets []int) {
	classes := len(logits) / len(targets)
	p := make([]float64, classes)
	for i, target := range targets {
		softmax(p, logits[i*classes:][:classes])
		p[target]--
		for j, v := range p {
			dst[i*classes+j] = float32(v / float64(len(targets)))
		}
	}
}

// softmax writes exp(logits)/sum(exp(logits)) to p.
func softmax(p []float64, logits []float32) {
	most := math.Inf(-1)
	for _, v := range logits {
		most = max(most, float64(v))
	}
	var sum float64
	for j, v := range logits {
		p[j] = math.Exp(float64(v) - most)
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
}
