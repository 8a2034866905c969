package evaluate

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestAssign: the matching has the largest sum of all, as trying each finds it, and takes no row or column twice.
func TestAssign(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		rows, columns := 1+r.IntN(5), 1+r.IntN(5)
		counts := make([][]int, rows)
		for i := range counts {
			for range columns {
				counts[i] = append(counts[i], r.IntN(4)*r.IntN(50))
			}
		}
		got := assign(counts)
		sum, taken := 0, map[int]bool{}
		for i, c := range got {
			if c < 0 {
				continue
			}
			if taken[c] {
				t.Fatalf("%v: column %d is matched twice", counts, c)
			}
			sum, taken[c] = sum+counts[i][c], true
		}
		if want := bestSum(counts, 0, map[int]bool{}); sum != want || len(got) != rows || len(taken) != min(rows, columns) {
			t.Fatalf("%v: the matching %v has the sum %d, want %d", counts, got, sum, want)
		}
	}
	if assign(nil) != nil {
		t.Error("nothing is matched with something")
	}
}

// bestSum tries all matchings of the rows from the given one on.
func bestSum(counts [][]int, row int, taken map[int]bool) int {
	if row == len(counts) {
		return 0
	}
	best := bestSum(counts, row+1, taken)
	for c, n := range counts[row] {
		if !taken[c] {
			taken[c] = true
			best = max(best, n+bestSum(counts, row+1, taken))
			delete(taken, c)
		}
	}
	return best
}

// TestLabelsAndCodes: real images show their labels as often as the floor says, a code that is another name of the label is
// matched with it, and labels or codes of other images are found wrong.
func TestLabelsAndCodes(t *testing.T) {
	e := toyEvaluator(t, Options{Metrics: []string{"labels", "codes"}})
	test := Samples{Source: "test", Values: valuesOf(t, e.test.images), Labels: e.test.labels}
	for _, label := range test.Labels {
		test.Codes = append(test.Codes, map[int]int{2: 1, 3: 0, 7: 4}[label])
	}
	figures := func(s Samples) (accuracy, matching Figure) {
		r, err := e.Run(context.Background(), s, nil)
		must(t, err)
		accuracy, _ = r.Figure("class_accuracy")
		matching, _ = r.Figure("code_matching")
		return accuracy, matching
	}
	accuracy, matching := figures(test)
	if accuracy.Value != *e.accuracy || accuracy.Floor != *e.accuracy || accuracy.FloorOf != "test" || accuracy.Value < 0.9 {
		t.Errorf("the accuracy is %+v, want %v", accuracy, *e.accuracy)
	}
	if matching.Value != accuracy.Value || matching.Floor != accuracy.Value || matching.Note != "code: class, 0: 3, 1: 2, 4: 7" {
		t.Errorf("the matching is %+v, want the accuracy %v", matching, accuracy.Value)
	}
	test.Labels, test.Codes = slices.Repeat([]int{2}, len(test.Labels)), slices.Repeat([]int{5}, len(test.Labels))
	accuracy, matching = figures(test)
	if accuracy.Value < 0.2 || accuracy.Value > 0.45 || matching.Value < 0.3 || matching.Value > 0.45 {
		t.Errorf("of one label and one code, the accuracy is %v and the matching %v", accuracy.Value, matching.Value)
	}
}

// TestNoLabels: images that say no label or code have no such figures, and asking for them is an error.
func TestNoLabels(t *testing.T) {
	s := blend(t, 50)
	s.Labels, s.Codes = nil, nil
	r, err := toyEvaluator(t, Options{}).Run(context.Background(), s, nil)
	must(t, err)
	for _, name := range []string{"class_accuracy", "code_matching"} {
		if _, has := r.Figure(name); has {
			t.Errorf("there is a %s", name)
		}
	}
	if text := strings.Join(r.LeftOut, "\n"); strings.Contains(text, "labels") || strings.Contains(text, "codes") {
		t.Errorf("left out: %s", text)
	}
	for metric, want := range map[string]string{
		"labels": "evaluate: labels: a blend is not of images that were made of classes",
		"codes":  "evaluate: codes: a blend is not of images with a categorical code",
	} {
		if _, err := toyEvaluator(t, Options{Metrics: []string{metric}}).Run(context.Background(), s, nil); err == nil || err.Error() != want {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
}
