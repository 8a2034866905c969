package evaluate

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClassifierFile(t *testing.T) {
	dev, r := cpu(t, 1), toyReference(t)
	c := toyClassifier(t, dev, r)
	path := filepath.Join(t.TempDir(), "toy.safetensors")
	must(t, c.Save(path))
	back, err := LoadClassifier(path)
	must(t, err)
	if diff := cmp.Diff(c, back, cmp.AllowUnexported(Classifier{})); diff != "" {
		t.Errorf("saved and loaded: %s", diff)
	}
	if back.SHA256() != c.SHA256() {
		t.Errorf("hash %s, want %s", back.SHA256(), c.SHA256())
	}
	text, err := os.ReadFile(path)
	must(t, err)
	// Each damage is to what the hash covers or to what says how to read it.
	for name, broken := range map[string][]byte{
		"empty":          {},
		"cut short":      text[:len(text)-1],
		"a weight":       damaged(text, len(text)-10),
		"the format":     bytes.Replace(text, []byte(classifierFormat), []byte("gorgan classifier 9"), 1),
		"a label":        bytes.Replace(text, []byte("[2,3,7]"), []byte("[2,3,8]"), 1),
		"the labels":     bytes.Replace(text, []byte("[2,3,7]"), []byte("[20,37]"), 1),
		"no labels":      bytes.Replace(text, []byte("[2,3,7]"), []byte("[2,3,7["), 1),
		"the recipe":     bytes.Replace(text, []byte(`[16,8]`), []byte(`[16  ]`), 1),
		"a tensor's":     bytes.Replace(text, []byte("classifier.1.weight"), []byte("classifier.3.weight"), 1),
		"a bias's shape": bytes.Replace(text, []byte(`"shape":[16]`), []byte(`"shape":[17]`), 1),
		"the type":       bytes.Replace(text, []byte(`"F16"`), []byte(`"U16"`), 1),
	} {
		if bytes.Equal(broken, text) {
			t.Errorf("%s: nothing was damaged", name)
		}
		if _, err := ParseClassifier(broken); !errors.Is(err, ErrClassifier) {
			t.Errorf("%s damaged: error %v, want %v", name, err, ErrClassifier)
		}
	}
	// Whole by its hash, but of two labels for three outputs.
	c.Labels = c.Labels[:2]
	must(t, c.Save(path))
	if _, err := LoadClassifier(path); !errors.Is(err, ErrClassifier) {
		t.Errorf("two labels for three outputs: error %v, want %v", err, ErrClassifier)
	}
	if _, err := LoadClassifier(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

func damaged(text []byte, at int) []byte {
	b := bytes.Clone(text)
	b[at] ^= 1
	return b
}

// FuzzParseClassifier: any bytes give an error or a classifier that can be used.
func FuzzParseClassifier(f *testing.F) {
	small := &Classifier{
		Labels: []int{0, 1}, Recipe: Recipe{Hidden: []int{2}, Epochs: 1, BatchSize: 1, LearningRate: 1}, Widths: []int{3, 2, 2},
		weights: make([]uint16, 3*2+2+2*2+2),
	}
	path := filepath.Join(f.TempDir(), "small.safetensors")
	must(f, small.Save(path))
	text, err := os.ReadFile(path)
	must(f, err)
	f.Add(text)
	f.Add(text[:len(text)/2])
	pretext := &Classifier{
		Labels: []int{0, 1, 2, 3}, Recipe: Recipe{Task: Rotation, Hidden: []int{2}, Epochs: 1, BatchSize: 1, LearningRate: 1, Centred: true},
		Widths: []int{4, 2, 4}, weights: make([]uint16, 4*2+2+2*4+4),
	}
	must(f, pretext.Save(path))
	text, err = os.ReadFile(path)
	must(f, err)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseClassifier(text)
		if err != nil {
			if !errors.Is(err, ErrClassifier) {
				t.Fatalf("error %v does not wrap %v", err, ErrClassifier)
			}
			return
		}
		parameters := 0
		for _, d := range newNet(c.Widths).Summaries() {
			parameters += d.Parameters
		}
		if len(c.values()) != parameters || len(c.Labels) != c.Widths[len(c.Widths)-1] {
			t.Fatalf("%d weights and %d labels for the widths %v", len(c.weights), len(c.Labels), c.Widths)
		}
	})
}

// TestClassifierFor: the embedded classifier is for MNIST with its own test images, and
// others get their own.
func TestClassifierFor(t *testing.T) {
	dev, r := cpu(t, 2), toyReference(t)
	c, err := ClassifierFor(context.Background(), dev, r, nil)
	must(t, err)
	if c.Data != "toy train[0:1000]" || len(c.Labels) != 3 { // not the held-out images
		t.Errorf("a classifier of %s with labels %v", c.Data, c.Labels)
	}
	train, test := mnistSets(t)
	r, err = NewReference(train, test)
	must(t, err)
	if c, err = ClassifierFor(context.Background(), dev, r, nil); err != nil || c.Fingerprint != train.Fingerprint() {
		t.Errorf("for MNIST a classifier of %v (%v)", c, err)
	}
	// Its own training images as test: it has learned them.
	r, err = NewReference(train, train)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = ClassifierFor(ctx, dev, r, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a training that was cancelled", err)
	}
}
