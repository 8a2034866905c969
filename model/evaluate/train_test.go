package evaluate

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/model/nn"
)

// TestGradient holds the gradients of a small net against central differences of the
// loss, worked out in float64 from the formulas.
func TestGradient(t *testing.T) {
	set, err := learnable(Whole("train", toySet(t, 40, 1)), ByLabel)
	must(t, err)
	recipe := Recipe{Hidden: []int{5, 4}, BatchSize: 6, LearningRate: 1e-3, Epochs: 1, Seed: 9}
	widths := []int{36, 5, 4, 3}
	dev := cpu(t, 2)
	l, err := newLearner(dev, widths, recipe, set, 1)
	must(t, err)
	values, err := download(dev, l.net)
	must(t, err)
	for i := range values { // biases too, so that theirs is no special case
		values[i] += 0.01 * float32(i%7)
	}
	must(t, upload(dev, l.net, values))
	must(t, l.step(0))
	var grads []float32
	for _, p := range l.net.Tensors {
		g := make([]float32, p.Grad.Shape().TotalSize())
		must(t, dev.Download(g, p.Grad))
		grads = append(grads, g...)
	}
	w := make([]float64, len(values))
	for i, v := range values {
		w[i] = float64(v)
	}
	for i := range w {
		const h = 1e-6
		was := w[i]
		w[i] = was + h
		above := lossOf(widths, w, l.images, l.batch.targets)
		w[i] = was - h
		below := lossOf(widths, w, l.images, l.batch.targets)
		w[i] = was
		if want := (above - below) / (2 * h); math.Abs(float64(grads[i])-want) > 1e-5+1e-4*math.Abs(want) {
			t.Errorf("gradient of parameter %d is %v, want %v", i, grads[i], want)
		}
	}
}

// lossOf is the mean of -log softmax(net(x))[target], in float64.
func lossOf(widths []int, w []float64, x []float32, targets []int) float64 {
	var loss float64
	for i, target := range targets {
		y := make([]float64, widths[0])
		for j := range y {
			y[j] = float64(x[i*widths[0]+j])
		}
		offset := 0
		for layer := range len(widths) - 1 {
			in, out := widths[layer], widths[layer+1]
			next := slices.Clone(w[offset+in*out:][:out])
			for j := range next {
				for k, v := range y {
					next[j] += v * w[offset+k*out+j]
				}
				if layer < len(widths)-2 {
					next[j] = max(next[j], 0)
				}
			}
			y, offset = next, offset+(in+1)*out
		}
		var sum float64
		for _, v := range y {
			sum += math.Exp(v)
		}
		loss += math.Log(sum) - y[target]
	}
	return loss / float64(len(targets))
}

// TestLearner: weights of their own for each layer, of He's spread, and a rate that
// falls to 0.
func TestLearner(t *testing.T) {
	set, err := learnable(Whole("train", toySet(t, 40, 1)), ByLabel)
	must(t, err)
	const steps = 4
	recipe := Recipe{Hidden: []int{50, 50}, BatchSize: 6, LearningRate: 0.5, Epochs: 1, Seed: 9}
	dev := cpu(t, 1)
	l, err := newLearner(dev, []int{36, 50, 50, 3}, recipe, set, steps)
	must(t, err)
	first := map[float32]bool{}
	for i, name := range []string{"classifier.0.weight", "classifier.1.weight"} {
		weight := l.net.Tensors[slices.IndexFunc(l.net.Tensors, func(p nn.Tensor) bool { return p.Name == name })]
		in := weight.Shape[0]
		w := make([]float32, in*50)
		must(t, dev.Download(w, weight.Value))
		var square float64
		for _, v := range w {
			square += float64(v) * float64(v) / float64(len(w))
		}
		if want := 2 / float64(in); square < 0.8*want || square > 1.2*want {
			t.Errorf("layer %d: weights of variance %v, want %v", i, square, want)
		}
		first[float32(math.Round(1e4*float64(w[0])*math.Sqrt(float64(in))))] = true
	}
	if len(first) != 2 {
		t.Error("two layers have the same weights but for their scale")
	}
	base := make([]float32, 1)
	for step := range steps {
		must(t, l.step(step))
		must(t, dev.Download(base, l.rate.Value))
		if want := 0.5 * float32(steps-step) / steps; base[0] != want {
			t.Errorf("step %d: learning rate %v, want %v", step, base[0], want)
		}
	}
}

func TestTrainClassifier(t *testing.T) {
	dev, r := cpu(t, 2), toyReference(t)
	steps := 0
	c, err := TrainClassifier(context.Background(), dev, r.Train, toyRecipe(), func(done, total int) {
		if steps++; done != steps || total != 125 {
			t.Errorf("step %d of %d, want %d of 125", done, total, steps)
		}
	})
	must(t, err)
	if !slices.Equal(c.Labels, toyLabels) || !slices.Equal(c.Widths, []int{36, 16, 8, 3}) || c.Features() != 8 || c.String() != "36-16-8-3" {
		t.Errorf("labels %v, net %v", c.Labels, c)
	}
	accuracy, err := c.Accuracy(context.Background(), dev, r.Test)
	must(t, err)
	if accuracy < 0.99 {
		t.Errorf("%v of the test images right, want nearly all", accuracy)
	}
	// Of images whose labels mean something else, few are right.
	moved, err := dataset.FromPixels("moved", raster.Grey(toySize), r.Test.Set.Bytes(), slices.Repeat([]int{2}, r.Test.Len()))
	must(t, err)
	if accuracy, err = c.Accuracy(context.Background(), dev, Whole("test", moved)); err != nil || accuracy > 0.5 {
		t.Errorf("%v of the wrong labels right (%v)", accuracy, err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Accuracy(cancelled, dev, r.Test); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if steps != 125 { // 4 epochs of 1000 in batches of 32
		t.Errorf("%d steps, want 125", steps)
	}
}

// TestSameClassifier: workers and processors do not matter, the seed does.
func TestSameClassifier(t *testing.T) {
	set := toySet(t, 300, 1)
	recipe := Recipe{Hidden: []int{64, 32}, Epochs: 2, BatchSize: 64, LearningRate: 1e-3, Shift: 1, Seed: 3}
	hash := func(workers, procs int, r Recipe) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		c, err := TrainClassifier(context.Background(), cpu(t, workers), Whole("train", set), r, nil)
		must(t, err)
		return c.SHA256()
	}
	want := hash(1, 1, recipe)
	for _, workers := range []int{1, 2, 5} {
		for _, procs := range []int{1, 2, 3} {
			if got := hash(workers, procs, recipe); got != want {
				t.Errorf("with %d workers, GOMAXPROCS %d: hash %s, want %s", workers, procs, got, want)
			}
		}
	}
	for name, change := range map[string]func(*Recipe){
		"seed": func(r *Recipe) { r.Seed++ }, "shift": func(r *Recipe) { r.Shift = 0 }, "learning rate": func(r *Recipe) { r.LearningRate *= 2 },
	} {
		other := recipe
		change(&other)
		if hash(1, 1, other) == want {
			t.Errorf("another %s gives the same classifier", name)
		}
	}
}

func TestTrainClassifierErrors(t *testing.T) {
	dev := cpu(t, 1)
	pixels := slices.Repeat([]byte{200}, 4*toySize.Area())
	of := func(labels ...int) Split {
		set, err := dataset.FromPixels("some", raster.Grey(toySize), pixels, labels)
		must(t, err)
		return Whole("train", set)
	}
	change := func(f func(*Recipe)) Recipe {
		r := toyRecipe()
		f(&r)
		return r
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		images Split
		recipe Recipe
		is     error
		text   string
	}{
		"no labels":    {context.Background(), of(-1, -1, -1, -1), toyRecipe(), ErrNoLabels, "evaluate: some train[0:4]: 0 labels among 4 images, want two or more: no labels to learn from"},
		"one label":    {context.Background(), of(4, 4, -1, 4), toyRecipe(), ErrNoLabels, "evaluate: some train[0:4]: 1 labels among 4 images, want two or more: no labels to learn from"},
		"no images":    {context.Background(), Split{"train", of(1, 2, 1, 2).Set, 3, 3}, toyRecipe(), nil, "evaluate: some train[3:3], want images of 0 to 4, and at least one"},
		"no set":       {context.Background(), Split{Name: "train"}, toyRecipe(), nil, "evaluate: split \"train\" has no set of images"},
		"cancelled":    {cancelled, of(1, 2, 1, 2), toyRecipe(), context.Canceled, ""},
		"no batch":     {context.Background(), of(1, 2, 1, 2), change(func(r *Recipe) { r.BatchSize = 0 }), nil, ""},
		"no hidden":    {context.Background(), of(1, 2, 1, 2), change(func(r *Recipe) { r.Hidden = nil }), nil, ""},
		"shift":        {context.Background(), of(1, 2, 1, 2), change(func(r *Recipe) { r.Shift = -1 }), nil, ""},
		"rate":         {context.Background(), of(1, 2, 1, 2), change(func(r *Recipe) { r.LearningRate = float32(math.NaN()) }), nil, ""},
		"rate too far": {context.Background(), of(1, 2, 1, 2), change(func(r *Recipe) { r.LearningRate = 1e6 }), nil, "evaluate: training the classifier of some train[0:4] failed: weight "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := TrainClassifier(c.ctx, dev, c.images, c.recipe, nil)
			if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), c.text) {
				t.Errorf("error %v, want %q", err, c.text)
			}
		})
	}
}

// TestUnlabelledLeftOut: images without a label change nothing.
func TestUnlabelledLeftOut(t *testing.T) {
	whole := toySet(t, 60, 1)
	n := toySize.Area()
	var pixels []byte
	var labels []int
	for i := range whole.Len() {
		pixels = append(append(pixels, whole.Bytes()[i*n:][:n]...), make([]byte, n)...)
		labels = append(labels, whole.Label(i), -1)
	}
	mixed, err := dataset.FromPixels("mixed", raster.Grey(toySize), pixels, labels)
	must(t, err)
	var hashes []string
	for _, set := range []*dataset.Set{whole, mixed} {
		c, err := TrainClassifier(context.Background(), cpu(t, 1), Whole("train", set), toyRecipe(), nil)
		must(t, err)
		hashes = append(hashes, c.SHA256())
	}
	if hashes[0] != hashes[1] {
		t.Errorf("hash %s with unlabelled images, %s without", hashes[1], hashes[0])
	}
}
