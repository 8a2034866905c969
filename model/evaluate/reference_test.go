package evaluate

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// numbered returns a set of n images of two pixels. Its pixels are the number i, and its label i/each, or
// none if each is 0.
func numbered(t testing.TB, n, each int) *dataset.Set {
	t.Helper()
	pixels, labels := make([]byte, 2*n), make([]int, n)
	for i := range n {
		pixels[2*i], pixels[2*i+1], labels[i] = byte(i>>8), byte(i), -1
		if each > 0 {
			labels[i] = i / each
		}
	}
	set, err := dataset.FromPixels("numbers", raster.Grey(raster.Size{Height: 1, Width: 2}), pixels, labels)
	must(t, err)
	return set
}

// numbersOf returns the numbers of the images of a set that numbered made.
func numbersOf(t testing.TB, set *dataset.Set) (numbers []int) {
	t.Helper()
	p := make([]byte, 2)
	for i := range set.Len() {
		must(t, set.Read(p, i))
		numbers = append(numbers, int(p[0])<<8|int(p[1]))
	}
	return numbers
}

// TestHoldout: the parts keep the order of the set, have all of it, and no image is in both. The seed
// chooses them.
func TestHoldout(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, share, seed := rapid.IntRange(4, 400).Draw(rt, "n"), rapid.Float64Range(0.001, 0.999).Draw(rt, "share"), rapid.Uint64().Draw(rt, "seed")
		train, held, err := Holdout(numbered(t, n, 0), share, seed)
		if err != nil {
			rt.Fatal(err)
		}
		of, out := numbersOf(t, train), numbersOf(t, held)
		if !slices.IsSorted(of) || !slices.IsSorted(out) {
			rt.Fatalf("%v and %v are not in the order of the set", of, out)
		}
		all := slices.Concat(of, out)
		slices.Sort(all)
		for i, v := range all {
			if i != v || len(all) != n {
				rt.Fatalf("%v and %v, want each of %d images once", of, out, n)
			}
		}
		if wanted := share * float64(n); float64(len(out)) > max(wanted+0.5, 2) || float64(len(out)) < min(wanted-0.5, float64(n-2)) || len(out) < 2 || len(of) < 2 {
			rt.Fatalf("%d of %d images held out, want %v of them", len(out), n, share)
		}
		_, again, err := Holdout(numbered(t, n, 0), share, seed)
		if err != nil || !slices.Equal(numbersOf(t, again), out) {
			rt.Fatalf("held out %v, then %v (%v)", out, numbersOf(t, again), err)
		}
	})
	_, a, err := Holdout(numbered(t, 400, 0), 0.1, 1)
	must(t, err)
	_, b, err := Holdout(numbered(t, 400, 0), 0.1, 2)
	must(t, err)
	if slices.Equal(numbersOf(t, a), numbersOf(t, b)) {
		t.Error("two seeds hold out the same images")
	}
	if got := HoldoutNote(0.125, 7); got != "12.5 % held out by seed 7" {
		t.Errorf("note %q", got)
	}
}

func TestHoldoutErrors(t *testing.T) {
	for name, c := range map[string]struct {
		n     int
		share float64
		want  string
	}{
		"few":  {3, 0.1, "evaluate: numbers: 3 images, want 4 or more to hold some out"},
		"none": {9, 0, "evaluate: share of held-out images is 0, want above 0 and below 1"},
		"all":  {9, 1, "evaluate: share of held-out images is 1, want above 0 and below 1"},
	} {
		if _, _, err := Holdout(numbered(t, c.n, 0), c.share, 0); err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

// TestNewReference: folders of classes, one after the other, give parts with all classes.
func TestNewReference(t *testing.T) {
	set := numbered(t, 1000, 100)
	train, held, err := Holdout(set, 0.1, 0)
	must(t, err)
	r, err := NewReference(train, held)
	must(t, err)
	got := fmt.Sprint(r.Train, ", ", r.Validation, ", ", r.Test, ": ", r.Division)
	if want := "numbers train[0:900], numbers validation[0:50], numbers test[0:50]: half of the held-out images for validation, half for the test"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	both := slices.Concat(numbersOf(t, r.Validation.Set), numbersOf(t, r.Test.Set))
	slices.Sort(both)
	if !slices.Equal(both, numbersOf(t, held)) {
		t.Errorf("validation and test are %v, want %v", both, numbersOf(t, held))
	}
	for _, s := range []Split{r.Train, r.Validation, r.Test} {
		labels := map[int]bool{}
		for i := range s.Len() {
			labels[s.Label(i)] = true
		}
		if len(labels) < 9 {
			t.Errorf("%v has %d of 10 labels", s, len(labels))
		}
	}
	odd, err := NewReference(train, numbered(t, 7, 0))
	if err != nil || odd.Validation.Len() != 3 || odd.Test.Len() != 4 {
		t.Errorf("of 7 held-out images %v and %v (%v)", odd.Validation, odd.Test, err)
	}
	for _, held := range []*dataset.Set{nil, numbered(t, 1, 0)} {
		if _, err := NewReference(train, held); err == nil {
			t.Errorf("held out %v: no error", held)
		}
	}
	if _, err := NewReference(train, toySet(t, 9, 1)); err == nil || err.Error() != "evaluate: toy validation[0:4] has images of 6x6, want 1x2 as in the training set" {
		t.Errorf("other shapes: %v", err)
	}
}

// TestNewReferenceOfMNIST: the division of 2014.
func TestNewReferenceOfMNIST(t *testing.T) {
	train, test := mnistSets(t)
	r, err := NewReference(train, test)
	must(t, err)
	got := fmt.Sprint(r.Train, ", ", r.Validation, ", ", r.Test, ": ", r.Division)
	if want := "mnist train[0:50000], mnist validation[50000:60000], mnist test[0:10000]: as in the paper of 2014"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLabels(t *testing.T) {
	held := numbered(t, 4, 0)
	for name, c := range map[string]struct {
		train *dataset.Set
		want  string
	}{
		"two of five":  {numbered(t, 10, 5), ""},
		"none":         {numbered(t, 10, 0), "evaluate: numbers train[0:10]: 0 labels among 10 images, want two or more: no labels to learn from"},
		"one":          {numbered(t, 10, 10), "evaluate: numbers train[0:10]: 1 labels among 10 images, want two or more: no labels to learn from"},
		"a small one":  {numbered(t, 14, 5), "evaluate: numbers train[0:14]: label 2 has 4 images, want 5 or more: no labels to learn from"},
		"a thousand":   {numbered(t, 5000, 5), ""},
		"all of three": {numbered(t, 9, 3), "evaluate: numbers train[0:9]: label 0 has 3 images, want 5 or more: no labels to learn from"},
	} {
		r, err := NewReference(c.train, held)
		must(t, err)
		switch err := r.Labels(); {
		case c.want == "" && err != nil, c.want != "" && (err == nil || err.Error() != c.want || !errors.Is(err, ErrNoLabels)):
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}
