package evaluate

import (
	"context"
	"os"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels"
	processor "gorgan/kernels/cpu"
	"gorgan/model/streams"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// long skips a test of more than a few seconds unless GORGAN_TEST_LONG is set.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("GORGAN_TEST_LONG") == "" {
		t.Skip("takes long; set GORGAN_TEST_LONG=1 to run it")
	}
}

func cpu(t testing.TB, workers int) kernels.Device {
	t.Helper()
	dev := processor.New(workers)
	t.Cleanup(func() { must(t, dev.Close()) })
	return dev
}

func newDistances(t testing.TB) *distances { return &distances{dev: cpu(t, 2)} }

// uniformRows returns rows uniform on [-1,1), and shrunkRows on [-0.625,0.875): the numbers of
// uniform and shrunk in scripts/evaluate_golden.py.
func uniformRows(seed uint64, n, cols int, step uint32) matrix {
	m := newMatrix(n, cols)
	kernels.Uniform(m.values, kernels.Key(seed), streams.Samples, step)
	return m
}

func shrunkRows(seed uint64, n, cols int, step uint32) matrix {
	m := uniformRows(seed, n, cols, step)
	for i, v := range m.values {
		m.values[i] = float32(v*0.75) + 0.125
	}
	return m
}

func normalRows(seed uint64, n, cols int, stream kernels.Stream) matrix {
	m := newMatrix(n, cols)
	kernels.Normal(m.values, 1, kernels.Key(seed), stream)
	return m
}

// permuted returns the rows of m in another order.
func permuted(m matrix, seed uint64) matrix {
	p := newMatrix(m.Len(), m.cols)
	for i := range m.Len() {
		copy(p.at(i), m.at(int(kernels.Image(uint64(i), uint32(m.Len()), kernels.Key(seed)))))
	}
	return p
}

// toySize is the size of the toy images, and toyLabels are their labels. An image has a bright bar
// over two columns on a noisy ground. The label is the place of the bar, from left to right.
var (
	toySize   = raster.Size{Height: 6, Width: 6}
	toyLabels = []int{2, 3, 7}
)

func toySet(t testing.TB, n int, seed uint64) *dataset.Set {
	t.Helper()
	pixels, labels := make([]byte, n*toySize.Area()), make([]int, n)
	for i := range n {
		r := kernels.Philox4x32([4]uint32{uint32(i), 1}, kernels.Key(seed))
		class := int(r[0] % 3)
		labels[i] = toyLabels[class]
		for k := range toySize.Area() {
			w := kernels.Philox4x32([4]uint32{uint32(i), 2, uint32(k)}, kernels.Key(seed))[0]
			pixels[i*toySize.Area()+k] = byte(w % 100)
			if k%toySize.Width/2 == class {
				pixels[i*toySize.Area()+k] = byte(155 + w%100)
			}
		}
	}
	set, err := dataset.FromPixels("toy", raster.Grey(toySize), pixels, labels)
	must(t, err)
	return set
}

func toyRecipe() Recipe {
	return Recipe{Hidden: []int{16, 8}, Epochs: 4, BatchSize: 32, LearningRate: 1e-2, Seed: 3}
}

func toyReference(t testing.TB) Reference {
	t.Helper()
	r, err := NewReference(toySet(t, 1000, 1), toySet(t, 600, 2))
	must(t, err)
	return r
}

func toyClassifier(t testing.TB, dev kernels.Device, r Reference) *Classifier {
	t.Helper()
	c, err := TrainClassifier(context.Background(), dev, r.Train, toyRecipe(), nil)
	must(t, err)
	return c
}

// toyEvaluator returns an evaluator of toy images. change may alter its parts.
func toyEvaluator(t testing.TB, o Options) *Evaluator {
	t.Helper()
	dev, r := cpu(t, 2), toyReference(t)
	e, err := New(dev, r, toyClassifier(t, dev, r), o)
	must(t, err)
	return e
}

// valuesOf reads all rows.
func valuesOf(t testing.TB, r rows) []float32 {
	t.Helper()
	values := make([]float32, r.Len()*r.width())
	for i := range r.Len() {
		must(t, r.row(values[i*r.width():][:r.width()], i))
	}
	return values
}

// blend returns n samples between toy images, so that none is in a set.
func blend(t testing.TB, n int) Samples {
	t.Helper()
	a, b := valuesOf(t, Whole("a", toySet(t, n, 11))), valuesOf(t, Whole("b", toySet(t, n, 12)))
	values := slices.Clone(a)
	for i := range values {
		values[i] = float32(0.8*a[i]) + float32(0.2*b[i])
	}
	labels := testSet(Whole("a", toySet(t, n, 11))).labels
	return Samples{Source: "a blend", Seed: 11, Values: values, Labels: labels, Codes: labels}
}
