package evaluate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash"
	"os"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	processor "gorgan/kernels/cpu"
)

// recordClassifiers makes TestSameClassifiers write its results instead of comparing them.
var recordClassifiers = flag.Bool("record-classifiers", false, "write testdata/classifiers.json anew")

const classifiersFile = "testdata/classifiers.json"

// recordedClassifier is the launches of a step of training and of a prediction, and the hashes of
// their results on each CPU level.
type recordedClassifier struct {
	Step       []string                     `json:"step,omitempty"` // "3 × bias_relu [128 256]", sorted
	Prediction []string                     `json:"prediction"`
	Hashes     map[string]map[string]string `json:"hashes"` // by CPU level, then of what; "training" is of the logits of all steps
}

// TestSameClassifiers compares the launches and the bits of training and of prediction with the
// recorded ones. A change that must keep the classifiers must keep the file.
func TestSameClassifiers(t *testing.T) {
	all := map[string]recordedClassifier{}
	if text, err := os.ReadFile(classifiersFile); err == nil {
		must(t, json.Unmarshal(text, &all))
	}
	for _, level := range processor.Levels() {
		t.Setenv(processor.LevelVar, level)
		for name, recipe := range sameRecipes() {
			t.Run(level+"/"+name, func(t *testing.T) {
				want := all[name]
				step, prediction, hashes := classify(t, recipe)
				if *recordClassifiers {
					if want.Hashes == nil {
						want.Hashes = map[string]map[string]string{}
					}
					want.Step, want.Prediction, want.Hashes[level] = step, prediction, hashes
					all[name] = want
					return
				}
				sameLaunches(t, "a step of training", step, want.Step)
				sameLaunches(t, "a prediction", prediction, want.Prediction)
				if want.Hashes[level] == nil {
					t.Logf("no hashes are recorded for %s", level)
					return
				}
				for what, hash := range hashes {
					if hash != want.Hashes[level][what] {
						t.Errorf("%s: hash %.12s, want %.12s", what, hash, want.Hashes[level][what])
					}
				}
			})
		}
	}
	if *recordClassifiers {
		text, err := json.MarshalIndent(all, "", " ")
		must(t, err)
		must(t, os.WriteFile(classifiersFile, append(text, '\n'), 0o644))
	}
}

// sameRecipes are of small nets. nil stands for the embedded classifier, which is trained.
func sameRecipes() map[string]*Recipe {
	return map[string]*Recipe{
		"one run of rows":      {Hidden: []int{16, 8}, Epochs: 4, BatchSize: 32, LearningRate: 1e-2, Shift: 1, Seed: 3},
		"several runs of rows": {Hidden: []int{24, 16, 12}, Epochs: 30, BatchSize: 1100, LearningRate: 1e-3, Shift: 1, Seed: 4},
		"one hidden layer":     {Hidden: []int{130}, Epochs: 3, BatchSize: 97, LearningRate: 1e-3, Seed: 5},
		"mnist":                nil,
	}
}

// classify trains by a recipe and predicts the classes of more images than fill one batch.
func classify(t *testing.T, recipe *Recipe) (step, prediction []string, hashes map[string]string) {
	t.Helper()
	ctx, counter := context.Background(), &launchCounter{Device: cpu(t, 2)}
	set := toySet(t, 700, 1)
	var images rows = Whole("toy", toySet(t, predictRows+76, 2))
	var c *Classifier
	var training string
	var err error
	if recipe == nil {
		c, err = MNISTClassifier()
		images = uniformRows(5, predictRows+76, 784, 0)
	} else {
		counter.launches, counter.downloads = map[string]int{}, sha256.New()
		c, err = TrainClassifier(ctx, counter, Whole("train", set), *recipe, func(done, total int) {
			if done == 1 {
				step, counter.launches = counter.list(), nil
			}
			if done == total {
				training, counter.downloads = hex.EncodeToString(counter.downloads.Sum(nil)), nil
			}
		})
	}
	must(t, err)
	net, err := c.load(counter)
	must(t, err)
	e := &Evaluator{classifier: c, net: net, distances: distances{dev: counter}}
	e.distances.progress = func(done, _ int) {
		if done == predictRows {
			prediction, counter.launches = counter.list(), nil
		}
	}
	counter.launches = map[string]int{}
	out, err := e.outputs(ctx, &imageSet{images: images})
	must(t, err)
	return step, prediction, map[string]string{
		"training": training, "classifier": c.SHA256(), "features": hashOf(t, out.features), "logits": hashOf(t, out.logits),
	}
}

func hashOf(t *testing.T, m matrix) string {
	t.Helper()
	h := sha256.New()
	must(t, binary.Write(h, binary.LittleEndian, m.values))
	return hex.EncodeToString(h.Sum(nil))
}

func sameLaunches(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("launches of %s are\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// launchCounter is a device that counts its launches and hashes its downloads, while it has maps
// for them.
type launchCounter struct {
	kernels.Device
	launches  map[string]int
	downloads hash.Hash
}

func (d *launchCounter) list() (all []string) {
	for what, n := range d.launches {
		all = append(all, fmt.Sprintf("%d × %s", n, what))
	}
	slices.SortFunc(all, func(a, b string) int {
		_, x, _ := strings.Cut(a, "×")
		_, y, _ := strings.Cut(b, "×")
		return strings.Compare(x, y)
	})
	return all
}

func (d *launchCounter) count(what string) {
	if d.launches != nil {
		d.launches[what]++
	}
}

func (d *launchCounter) Download(dst any, src *tensor.Dense) error {
	err := d.Device.Download(dst, src)
	if err == nil && d.downloads != nil {
		err = binary.Write(d.downloads, binary.LittleEndian, dst)
	}
	return err
}

func (d *launchCounter) Launch(k *kernels.Kernel, a kernels.Args) error {
	d.count(fmt.Sprint(k.Name, " ", a.Sizes))
	return d.Device.Launch(k, a)
}

func (d *launchCounter) MatMul(dst, a, b *tensor.Dense, tA, tB bool) error {
	m, n, k, err := kernels.CheckMatMul(dst, a, b, tA, tB)
	if err != nil {
		return err
	}
	letter := map[bool]string{false: "N", true: "T"}
	d.count(fmt.Sprintf("matmul %s%s [%d %d %d]", letter[tA], letter[tB], m, n, k))
	return d.Device.MatMul(dst, a, b, tA, tB)
}
