package evaluate

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"

	"gorgan/kernels"
)

// Classifier is a trained perceptron that finds the classes of images, or the versions of a pretext
// task. The outputs of its last
// hidden layer are the features of an image. Its weights are stored as float16 numbers, and it
// computes with exactly these numbers.
type Classifier struct {
	Labels      []int  // label of each class; for a pretext task, the number of each version
	Recipe      Recipe // how it was trained
	Data        string // the images it was trained on
	Fingerprint string // fingerprint of the set of these images
	Widths      []int  // number of values of an image, and of the units of each layer; the last is the classes

	weights []uint16 // float16: for each layer its weight (in,out), then its bias (out)
}

// Features returns the number of features of an image.
func (c *Classifier) Features() int { return c.Widths[len(c.Widths)-2] }

// String returns the widths: "784-512-128-10".
func (c *Classifier) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Widths), " ", "-"), "[]")
}

// SHA256 returns the hash, in hex, of the task, the labels, the widths and the weights. A figure depends on nothing else
// of a classifier.
func (c *Classifier) SHA256() string {
	h := sha256.New()
	if c.Recipe.Task != ByLabel {
		fmt.Fprintf(h, "task %s\n", c.Recipe.Task)
	}
	fmt.Fprintf(h, "labels %v\nwidths %v\n", c.Labels, c.Widths)
	h.Write(littleEndian(c.weights))
	return hex.EncodeToString(h.Sum(nil))
}

// round rounds trained values to float16 weights. It returns an error for one that is not finite.
func (c *Classifier) round(values []float32) error {
	c.weights = make([]uint16, len(values))
	for i, v := range values {
		c.weights[i] = toFloat16(v)
	}
	return c.finite()
}

func (c *Classifier) finite() error {
	for i, h := range c.weights {
		if h&0x7c00 == 0x7c00 {
			return fmt.Errorf("weight %d is %v, want a finite number", i, fromFloat16(h))
		}
	}
	return nil
}

// values returns the weights as float32, which is exact.
func (c *Classifier) values() []float32 {
	values := make([]float32, len(c.weights))
	for i, h := range c.weights {
		values[i] = fromFloat16(h)
	}
	return values
}

// mnist is the file that train/main.go writes.
//
//go:generate go run ./train mnist.safetensors
//go:embed mnist.safetensors
var mnist []byte

// MNISTClassifier returns the embedded classifier. It was trained on MNIST's 60,000 training
// images by DefaultRecipe.
func MNISTClassifier() (*Classifier, error) { return ParseClassifier(mnist) }

// ClassifierFor returns the embedded classifier if r is MNIST with its own test images. Otherwise
// it trains one by RecipeFor(r), on all of r's images but the held-out ones. That takes about half a
// minute for images like MNIST's, and a few minutes for larger ones. It returns the errors of
// TrainClassifier, and an error if r is not valid. progress may be nil.
func ClassifierFor(ctx context.Context, dev kernels.Device, r Reference, progress func(done, total int)) (*Classifier, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	c, err := MNISTClassifier()
	if err != nil || r.Train.Set.Fingerprint() == c.Fingerprint && r.Test.Set.Fingerprint() != c.Fingerprint {
		return c, err
	}
	return TrainClassifier(ctx, dev, r.learnable(), RecipeFor(r), progress)
}
