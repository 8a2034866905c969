package evaluate

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// TestFloor: the very images of the floor score what the floor scores.
func TestFloor(t *testing.T) {
	e := toyEvaluator(t, Options{Seed: 5, Metrics: []string{"parzen", "frechet", "kid", "score", "coverage", "classes", "sliced_wasserstein", "duplicates"}})
	floor := e.floor(200)
	if again := valuesOf(t, toyFloor(t, 6)); slices.Equal(again, valuesOf(t, floor.images)) {
		t.Error("another seed draws the same images")
	}
	r, err := e.Run(context.Background(), Samples{Source: "the floor", Values: valuesOf(t, floor.images)}, nil)
	must(t, err)
	for _, f := range r.Figures {
		if f.Value != f.Floor || f.Spread != f.FloorSpread || f.FloorOf != "train" || r.Floor != "200 of toy train[0:1000]" {
			t.Errorf("%s is %v ± %v, its floor %v ± %v of %s", f.Name, f.Value, f.Spread, f.Floor, f.FloorSpread, f.FloorOf)
		}
	}
	for _, c := range r.Classes {
		if c.Count != c.Floor || c.Count == 0 {
			t.Errorf("class %d has %d samples, %d in the floor", c.Label, c.Count, c.Floor)
		}
	}
}

func toyFloor(t *testing.T, seed uint64) rows {
	e, err := New(cpu(t, 1), toyReference(t), nil, Options{Seed: seed})
	must(t, err)
	return e.floor(200).images
}

// TestFloorDraws: as many as there are samples, each once, and no more than there are.
func TestFloorDraws(t *testing.T) {
	e, err := New(cpu(t, 1), toyReference(t), nil, Options{Seed: 1})
	must(t, err)
	for n, want := range map[int]int{300: 300, 5000: 1000} {
		index := e.floor(n).images.(chosen).index
		once := slices.Compact(slices.Sorted(slices.Values(index)))
		if len(index) != want || len(once) != want || once[0] < 0 || once[want-1] >= 1000 {
			t.Errorf("a floor of %d has %d images, %d different ones from %d to %d", n, len(index), len(once), once[0], once[len(once)-1])
		}
	}
}

// TestThousandClasses: as many are counted as ten, and so are the triples of stacked images.
func TestThousandClasses(t *testing.T) {
	dev := cpu(t, 2)
	set := numbered(t, 5000, 5)
	r, err := NewReference(set, numbered(t, 1000, 0))
	must(t, err)
	c, err := TrainClassifier(context.Background(), dev, r.Train, Recipe{Hidden: []int{4}, Epochs: 1, BatchSize: 100, LearningRate: 1e-2, Seed: 1}, nil)
	must(t, err)
	e, err := New(dev, r, c, Options{Metrics: []string{"score", "classes"}})
	must(t, err)
	report, err := e.Run(context.Background(), Samples{Source: "some", Values: valuesOf(t, Split{"some", set, 0, 500})}, nil)
	must(t, err)
	total := 0
	for k, class := range report.Classes {
		total += class.Count
		if class.Label != k {
			t.Fatalf("class %d has the label %d", k, class.Label)
		}
	}
	if len(report.Classes) != 1000 || total != 500 {
		t.Errorf("%d classes with %d samples", len(report.Classes), total)
	}
	stacked, err := e.RunStacked(context.Background(), Samples{Source: "stacks", Values: make([]float32, 50*6)}, nil)
	must(t, err)
	if f, _ := stacked.Figure("modes"); f.Value != 1 || f.Note != "of 1000000000; uniform samples have 50.0" {
		t.Errorf("modes %v, %s", f.Value, f.Note)
	}
}

// TestProtocols: how many images choose sigma, and which neighbours make the balls.
func TestProtocols(t *testing.T) {
	dev, r := cpu(t, 2), toyReference(t)
	c := toyClassifier(t, dev, r)
	r.Validation = Split{"validation", toySet(t, 1200, 3), 50, 1150}
	e, err := New(dev, r, c, Options{Metrics: []string{"parzen", "coverage"}})
	must(t, err)
	samples := blend(t, 100)
	report, err := e.Run(context.Background(), samples, nil)
	must(t, err)
	if f, _ := report.Figure("parzen_sigma"); f.Against != "validation" || f.Note != "the first 1000" {
		t.Errorf("sigma is chosen by %s, %s", f.Against, f.Note)
	}
	features, err := e.outputs(context.Background(), &imageSet{images: matrix{samples.Values, toySize.Area()}})
	must(t, err)
	want, err := e.distances.coverage(context.Background(), *e.test.manifold, manifoldOf(t, &e.distances, features.features, 5), 3, 5)
	must(t, err)
	for name, want := range map[string]float64{"precision": want.precision, "recall": want.recall, "density": want.density, "coverage": want.coverage} {
		if f, _ := report.Figure(name); f.Value != want {
			t.Errorf("%s is %v, want %v", name, f.Value, want)
		}
	}
}

// TestSameBits: neither workers nor processors nor what was measured before matter.
func TestSameBits(t *testing.T) {
	r := toyReference(t)
	c := toyClassifier(t, cpu(t, 1), r)
	samples := blend(t, 300)
	measure := func(workers, procs int, before bool) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		e, err := New(cpu(t, workers), r, c, Options{Seed: 2})
		must(t, err)
		if before {
			_, err = e.Run(context.Background(), blend(t, 250), nil)
			must(t, err)
		}
		report, err := e.Run(context.Background(), samples, nil)
		must(t, err)
		text, err := json.Marshal(report)
		must(t, err)
		return string(text)
	}
	want := measure(1, 1, false)
	for _, workers := range []int{1, 2, 5} {
		for _, procs := range []int{1, 3} {
			for _, before := range []bool{false, true} {
				if got := measure(workers, procs, before); got != want {
					t.Errorf("with %d workers, GOMAXPROCS %d:\n%s, want\n%s", workers, procs, got, want)
				}
			}
		}
	}
}

// TestMetrics: each can be asked for alone, and together they are all there is.
func TestMetrics(t *testing.T) {
	all, err := toyEvaluator(t, Options{}).Run(context.Background(), blend(t, 100), nil)
	must(t, err)
	var figures []Figure
	for _, name := range Metrics() {
		var stages []string
		r, err := toyEvaluator(t, Options{Metrics: []string{name}}).Run(context.Background(), blend(t, 100), func(stage string, done, total int) {
			if done < 1 || done > total {
				t.Errorf("%s: %d of %d", stage, done, total)
			}
			if len(stages) == 0 || stages[len(stages)-1] != stage {
				stages = append(stages, stage)
			}
		})
		must(t, err)
		figures = append(figures, r.Figures...)
		if want := metrics()[slices.Index(Metrics(), name)].figures; !slices.Equal(figureNames(r), want) {
			t.Errorf("%s: figures %q, want %q", name, figureNames(r), want)
		}
		if len(stages) == 0 || slices.ContainsFunc(stages, func(s string) bool { return !strings.HasPrefix(s, name) && s != "classifier" }) {
			t.Errorf("%s: stages %q", name, stages)
		}
	}
	if !slices.Equal(figures, all.Figures) {
		t.Errorf("one by one:\n%v, together:\n%v", figures, all.Figures)
	}
	for _, f := range all.Figures {
		if f.Better == "" && f.Name != "parzen_sigma" && f.Name != "nearest_distance" {
			t.Errorf("%s: is higher better, or lower?", f.Name)
		}
	}
}

// TestWithoutClassifier measures what needs none.
func TestWithoutClassifier(t *testing.T) {
	e, err := New(cpu(t, 1), toyReference(t), nil, Options{})
	must(t, err)
	r, err := e.Run(context.Background(), blend(t, 50), nil)
	must(t, err)
	var names []string
	for _, f := range r.Figures {
		names = append(names, f.Name)
	}
	want := "parzen parzen_sigma sliced_wasserstein nearest_distance close_to_training memorised training_copies near_duplicates duplicates"
	if got := strings.Join(names, " "); got != want || r.Classifier != nil {
		t.Errorf("figures %s, want %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	dev, r := cpu(t, 1), toyReference(t)
	c := toyClassifier(t, dev, r)
	n := toySize.Area()
	with := func(at int, v float32) Samples {
		s := blend(t, 50)
		s.Values[at] = v
		return s
	}
	of := func(n int) Samples { return Samples{Source: "some", Values: make([]float32, n)} }
	wide, err := dataset.FromPixels("wide", raster.Grey(raster.Size{Height: 1, Width: 37}), make([]byte, 37*12), nil)
	must(t, err)
	wideReference, err := NewReference(wide, wide)
	must(t, err)
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		reference  Reference
		classifier *Classifier
		options    Options
		samples    Samples
		want       string
	}{
		"nothing":            {r, c, Options{}, of(0), "evaluate: some: 0 values, want images of 6x6, 36 values each"},
		"a part":             {r, c, Options{}, of(n + 1), "evaluate: some: 37 values, want images of 6x6, 36 values each"},
		"NaN":                {r, c, Options{}, with(n+2, nan), "evaluate: a blend: sample 1: value 2 is NaN, want values of 0 to 1"},
		"bytes":              {r, c, Options{}, with(0, 255), "evaluate: a blend: sample 0: value 0 is 255, want values of 0 to 1"},
		"below 0":            {r, c, Options{}, with(5, -0.5), "evaluate: a blend: sample 0: value 5 is -0.5, want values of 0 to 1"},
		"too few":            {r, c, Options{Metrics: []string{"frechet"}}, of(39 * n), "evaluate: Fréchet distance: 39 images (some), want 40 or more"},
		"few for the kernel": {r, c, Options{Metrics: []string{"kid"}}, of(2 * n), "evaluate: kernel distance: 2 images (some), want 3 or more"},
		"few for balls":      {r, c, Options{Metrics: []string{"coverage"}}, of(5 * n), "evaluate: precision and recall: 5 images (some), want 6 or more"},
		"few for parts":      {r, c, Options{Metrics: []string{"score"}}, of(9 * n), "evaluate: classifier score: 9 images (some), want 10 or more"},
		"one":                {r, c, Options{Metrics: []string{"duplicates"}}, of(n), "evaluate: duplicates: 1 image (some), want 2 or more"},
		"unknown metric":     {r, c, Options{Metrics: []string{"fid"}}, of(n), "evaluate: metric is \"fid\", want one of [parzen frechet kid score coverage classes labels codes sliced_wasserstein memory duplicates]"},
		"no classifier":      {r, nil, Options{Metrics: []string{"score"}}, of(n), "evaluate: score: needs a classifier"},
		"other pixels":       {wideReference, c, Options{}, of(n), "evaluate: wide train[0:12]: images have 37 values, want 36 for the classifier 36-16-8-3"},
		"one of training":    {Reference{Split{"train", r.Train.Set, 0, 1}, r.Validation, r.Test, ""}, c, Options{Metrics: []string{"memory"}}, of(n), "evaluate: toy train[0:1] is a single image, want 2 or more to compare with"},
		"no reference":       {Reference{}, c, Options{}, of(n), "evaluate: split \"\" has no set of images"},
		"reference's size":   {Reference{r.Train, r.Validation, Whole("test", wide), ""}, c, Options{}, of(n), "evaluate: wide test[0:12] has images of 1x37, want 6x6 as in the training set"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := New(dev, c.reference, c.classifier, c.options)
			if err == nil {
				_, err = e.Run(context.Background(), c.samples, nil)
			}
			if err == nil || err.Error() != c.want {
				t.Errorf("error %q, want %q", err, c.want)
			}
		})
	}
}

// TestCancelled stops at once, in whatever stage, and the evaluator is good for another
// run.
func TestCancelled(t *testing.T) {
	e := toyEvaluator(t, Options{Seed: 1})
	want, err := toyEvaluator(t, Options{Seed: 1}).Run(context.Background(), blend(t, 100), nil)
	must(t, err)
	stages := map[string]bool{}
	for {
		ctx, cancel := context.WithCancel(context.Background())
		calls := 0
		r, err := e.Run(ctx, blend(t, 100), func(stage string, _, _ int) {
			if calls++; !stages[stage] {
				stages[stage] = true
				cancel()
			}
		})
		cancel()
		if err == nil {
			if !slices.Equal(r.Figures, want.Figures) {
				t.Errorf("after cancelled runs %v, want %v", r.Figures, want.Figures)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || r != nil {
			t.Fatalf("error %v, want %v", err, context.Canceled)
		}
	}
	if len(stages) < len(Metrics()) {
		t.Errorf("cancelled in %v, want in each metric", stages)
	}
}
