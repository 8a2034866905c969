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

// Classifier is a trained perceptron that tells the classes of images apart, and whose
// last hidden layer gives their features. Its weights are float16 numbers: those it is
// stored with are those it computes with.
type Classifier struct {
	Labels      []int  // of each class
	Recipe      Recipe // that it was trained by
	Data        string // the images it was trained on
	Fingerprint string // of the set they are from
	Widths      []int  // of the layers, the pixels first and the classes last

	weights []uint16 // float16: layer by layer its weight (in,out), then its bias (out)
}

// Features is the number of values that stand for an image.
func (c *Classifier) Features() int { return c.Widths[len(c.Widths)-2] }

// String writes the widths: "784-512-128-10".
func (c *Classifier) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Widths), " ", "-"), "[]")
}

// SHA256 is the hash, in hex, of labels, widths and weights: all that a figure depends
// on.
func (c *Classifier) SHA256() string {
	h := sha256.New()
	fmt.Fprintf(h, "labels %v\nwidths %v\n", c.Labels, c.Widths)
	h.Write(littleEndian(c.weights))
	return hex.EncodeToString(h.Sum(nil))
}

// round takes trained values for the weights.
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

// values are the weights as float32, without loss.
func (c *Classifier) values() []float32 {
	values := make([]float32, len(c.weights))
	for i, h := range c.weights {
		values[i] = fromFloat16(h)
	}
	return values
}

// mnist is what train/main.go writes.
//
//go:generate go run ./train mnist.safetensors
//go:embed mnist.safetensors
var mnist []byte

// MNISTClassifier is the one in this package, trained on MNIST's 60,000 training
// images by DefaultRecipe.
func MNISTClassifier() (*Classifier, error) { return ParseClassifier(mnist) }

// ClassifierFor is the embedded classifier if r is MNIST with its own test images. For
// others it trains one by DefaultRecipe on r's training and validation images, within
// about half a minute for as many of the size of MNIST's; see TrainClassifier.
func ClassifierFor(ctx context.Context, dev kernels.Device, r Reference, progress func(done, total int)) (*Classifier, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	c, err := MNISTClassifier()
	if err != nil || r.Train.Set.Fingerprint() == c.Fingerprint && r.Test.Set.Fingerprint() != c.Fingerprint {
		return c, err
	}
	images := r.Train
	if r.Validation.Set == images.Set && r.Validation.First == images.End {
		images.End = r.Validation.End
	}
	return TrainClassifier(ctx, dev, images, DefaultRecipe(), progress)
}
