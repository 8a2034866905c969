package evaluate

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func exampleReport() *Report {
	return &Report{
		Samples: "runs/00000 step 30000", Seeds: []uint64{4}, Count: 10000, Floor: "10000 of mnist train[0:50000]", FloorSeed: 1,
		Train: "mnist train[0:50000]", Validation: "mnist validation[50000:60000]", Test: "mnist test[0:10000]",
		Classifier: &ClassifierNote{Net: "784-512-128-10", SHA256: "f1de", Data: "mnist train[0:60000]", Accuracy: 0.9901},
		Figures: []Figure{
			{Name: "parzen", Unit: "nats", Better: Higher, Value: 228.123, Spread: 2.14, Floor: 241.87, FloorSpread: 2.13,
				FloorOf: "train", Over: "images, standard error", Against: "test"},
			{Name: "recall", Better: Higher, Value: 0.84871, Floor: 0.86351, FloorOf: "train"},
			{Name: "memorised", Unit: "images", Better: Lower, Value: 12345, Against: "train", Note: "hardly any", FloorOf: "test"},
		},
		Classes: []Class{{Label: 0, Count: 1001, Floor: 983}, {Label: 7, Count: 1126, Floor: 1145, Name: "seven"}},
	}
}

func TestReportText(t *testing.T) {
	const want = `samples     10000 of runs/00000 step 30000, seed 4
train       mnist train[0:50000]
validation  mnist validation[50000:60000]
test        mnist test[0:10000]
classifier  784-512-128-10 on mnist train[0:60000], 99.01 % of test right
            sha256 f1de
floor       10000 of mnist train[0:50000], seed 1

figure     value        floor        unit    against  floor of  note
parzen     228.1 ± 2.1  241.9 ± 2.1  nats    test     train     images, standard error
recall     0.8487       0.8635                        train
memorised  12345        0            images  train    test      hardly any

class  samples  floor
0      1001     983
seven  1126     1145
`
	var text bytes.Buffer
	n, err := exampleReport().WriteTo(&text)
	must(t, err)
	if diff := cmp.Diff(want, text.String()); diff != "" || n != int64(len(want)) {
		t.Errorf("%d bytes: %s", n, diff)
	}
	r := exampleReport()
	r.Classifier, r.Classes = nil, nil
	text.Reset()
	if _, err = r.WriteTo(&text); err != nil || !strings.Contains(text.String(), "classifier  none\n") || strings.Contains(text.String(), "class  ") {
		t.Errorf("without a classifier (%v):\n%s", err, text.String())
	}
}

func TestReportJSON(t *testing.T) {
	text, err := json.Marshal(exampleReport())
	must(t, err)
	var back Report
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	must(t, d.Decode(&back))
	if diff := cmp.Diff(exampleReport(), &back); diff != "" {
		t.Error(diff)
	}
	for _, key := range []string{`"samples":`, `"seeds":[4]`, `"floor_seed":1`, `"name":"parzen"`, `"floor_spread":2.13`, `"sha256":"f1de"`, `"label":7`} {
		if !bytes.Contains(text, []byte(key)) {
			t.Errorf("no %s in %s", key, text)
		}
	}
}

func TestClassName(t *testing.T) {
	names := []string{"rose", "tulip"}
	for label, want := range []string{"rose", "tulip", ""} {
		if got := className(names, label); got != want {
			t.Errorf("label %d is %q, want %q", label, got, want)
		}
	}
	if got := className(nil, 0); got != "" {
		t.Errorf("without names it is %q", got)
	}
}

// TestReportOfManyClasses: the text lists the classes that have far too few samples or far too many.
func TestReportOfManyClasses(t *testing.T) {
	r := exampleReport()
	r.Classes = nil
	for k := range 1000 {
		c := Class{Label: k, Count: 10, Floor: 10}
		switch k {
		case 77:
			c.Count = 0
		case 500:
			c.Count = 900
		}
		r.Classes = append(r.Classes, c)
	}
	var text strings.Builder
	_, err := r.WriteTo(&text)
	must(t, err)
	_, classes, _ := strings.Cut(text.String(), "class ")
	lines := strings.Split(strings.TrimSpace(classes), "\n")
	if n := len(lines); n != 42 || lines[1] != "77                 0        10" || lines[21] != "960 between these" || lines[41] != "500                900      10" {
		t.Errorf("%d lines:\n%s", n, classes)
	}
	if r.Classes[77].Label != 77 {
		t.Error("the report was changed")
	}
}

func TestSpread(t *testing.T) {
	reports := []*Report{exampleReport(), exampleReport(), exampleReport()}
	for i, r := range reports {
		r.Seeds = []uint64{uint64(i)}
		r.Figures[0].Value = []float64{220, 224, 228}[i]
	}
	got, err := Spread(reports)
	must(t, err)
	f, _ := got.Figure("parzen")
	if f.Value != 224 || math.Abs(f.Spread-4) > 1e-12 || f.Floor != 241.87 || f.Over != "3 seeds, standard deviation" {
		t.Errorf("parzen of three: %+v", f)
	}
	if diff := cmp.Diff([]uint64{0, 1, 2}, got.Seeds); diff != "" {
		t.Errorf("seeds: %s", diff)
	}
	if f, _ = got.Figure("recall"); f.Value != 0.84871 || f.Spread != 0 {
		t.Errorf("recall of three: %+v", f)
	}
	if c := got.Classes[1]; c.Count != 3*1126 || c.Floor != 3*1145 {
		t.Errorf("classes of three: %+v", c)
	}
	if diff := cmp.Diff([]float64{220, 1126}, []float64{reports[0].Figures[0].Value, float64(reports[0].Classes[1].Count)}); diff != "" {
		t.Errorf("the first report was changed: %s", diff)
	}
	for name, change := range map[string]func(*Report){
		"count":      func(r *Report) { r.Count++ },
		"train":      func(r *Report) { r.Train = "mnist train[0:60000]" },
		"test":       func(r *Report) { r.Test = "another" },
		"floor":      func(r *Report) { r.Floor = "another" },
		"floor seed": func(r *Report) { r.FloorSeed++ },
		"classifier": func(r *Report) { r.Classifier.SHA256 = "0000" },
		"none":       func(r *Report) { r.Classifier = nil },
		"figures":    func(r *Report) { r.Figures = r.Figures[:2] },
		"name":       func(r *Report) { r.Figures[1].Name = "precision" },
		"classes":    func(r *Report) { r.Classes[0].Label = 1 },
	} {
		other := exampleReport()
		change(other)
		if _, err := Spread([]*Report{exampleReport(), other}); err == nil {
			t.Errorf("a report of another %s was taken", name)
		}
	}
	if _, err := Spread(reports[:1]); err == nil {
		t.Error("a spread of one report")
	}
}

// TestNumber: a spread has two digits, and none of them in an exponent if it can be helped.
func TestNumber(t *testing.T) {
	for _, c := range []struct {
		value, spread float64
		want          string
	}{
		{-668.44, 148.2, "-668 ± 148"}, {12.345, 0.123, "12.35 ± 0.12"}, {1, 99.6, "1 ± 100"}, {3, 0, "3"}, {0.12345, 0, "0.1235"},
	} {
		if got := number(c.value, c.spread); got != c.want {
			t.Errorf("%v ± %v is written as %s, want %s", c.value, c.spread, got, c.want)
		}
	}
}
