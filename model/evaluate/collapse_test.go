package evaluate

import (
	"context"
	"math"
	"strings"
	"testing"
)

// reportOf is one of ten classes with these figures, each beside its floor.
func reportOf(missing, entropy, near float64) *Report {
	return &Report{
		Classes: make([]Class, 10),
		Figures: []Figure{
			{Name: "missing_classes", Value: missing}, {Name: "class_entropy", Value: entropy, Floor: 2.301},
			{Name: "near_duplicates", Value: near, Floor: 0.01},
		},
	}
}

func TestCollapse(t *testing.T) {
	modes := func(n float64) *Report {
		return &Report{Figures: []Figure{{Name: "modes", Value: n, Floor: 1000}}}
	}
	five := math.Log(5)
	for name, c := range map[string]struct {
		report *Report
		want   string
	}{
		"as in few images":  {&Report{Classes: make([]Class, 10), Figures: []Figure{{Name: "missing_classes", Value: 6, Floor: 3}}}, ""},
		"four more":         {&Report{Classes: make([]Class, 10), Figures: []Figure{{Name: "missing_classes", Value: 7, Floor: 3}}}, "7 of 10 classes are missing"},
		"data":              {reportOf(0, 2.301, 0.01), ""},
		"three missing":     {reportOf(3, 1.9, 0.01), ""},
		"four missing":      {reportOf(4, 1.7, 0.01), "4 of 10 classes are missing"},
		"above five":        {reportOf(0, five+0.01, 0.01), ""},
		"as five":           {reportOf(0, five-0.01, 0.01), "the classes are as varied as 5.0 equally frequent ones, and real images as 10.0"},
		"one class":         {reportOf(9, 0, 0.01), "9 of 10 classes are missing, the classes are as varied as 1.0 equally frequent ones, and real images as 10.0"},
		"below half alike":  {reportOf(0, 2.3, 0.49), ""},
		"half alike":        {reportOf(0, 2.3, 0.5), "50 % of the images are near duplicates"},
		"nothing was asked": {&Report{}, ""},
		"modes":             {modes(977), ""},
		"half the modes":    {modes(500), "500 modes occur, and 1000 in real images"},
	} {
		if got := c.report.Collapse(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCollapseMeasured: what an evaluator measures tells samples of one class, and copies
// of a few images, from samples that are as the data.
func TestCollapseMeasured(t *testing.T) {
	e := toyEvaluator(t, Options{Metrics: []string{"classes", "duplicates"}})
	good := blend(t, 400)
	n := toySize.Area()
	collapse := func(from func(i int) int) string {
		s := Samples{Source: "chosen", Values: make([]float32, len(good.Values))}
		for i := range len(s.Values) / n {
			copy(s.Values[i*n:][:n], good.Values[from(i)*n:][:n])
		}
		r, err := e.Run(context.Background(), s, nil)
		must(t, err)
		return r.Collapse()
	}
	if got := collapse(func(i int) int { return i }); got != "" {
		t.Errorf("good samples: %q", got)
	}
	if got := collapse(func(i int) int { return i % 7 }); got != "100 % of the images are near duplicates" {
		t.Errorf("seven samples: %q", got)
	}
	if got := collapse(func(int) int { return 0 }); !strings.HasPrefix(got, "2 of 3 classes are missing, the classes are as varied as 1.0 equally frequent ones, ") {
		t.Errorf("one sample: %q", got)
	}
}
