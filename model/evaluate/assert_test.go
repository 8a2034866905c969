package evaluate

import (
	"math"
	"strings"
	"testing"
)

func figureNames(r *Report) (names []string) {
	for _, f := range r.Figures {
		names = append(names, f.Name)
	}
	return names
}

func TestParseAssertion(t *testing.T) {
	for text, want := range map[string]string{
		"frechet_distance<=60":       "frechet_distance<=60",
		"frechet<=1.5*floor":         "frechet_distance<=1.5*floor",
		" frechet < floor ":          "frechet_distance<floor",
		"coverage >= 0.9 * floor":    "coverage>=0.9*floor",
		"score>8":                    "classifier_score>8",
		"parzen>=-2.5e2":             "parzen>=-250",
		"duplicates<=0":              "duplicates<=0",
		"modes>=990":                 "modes>=990",
		"mode_divergence<=1e1*floor": "mode_divergence<=10*floor",
	} {
		a, err := ParseAssertion(text)
		if err != nil || a.String() != want {
			t.Errorf("%q is %v, %v, want %s", text, a, err, want)
		}
		again, err := ParseAssertion(a.String())
		if err != nil || again != a {
			t.Errorf("%v reads as %v, %v", a, again, err)
		}
	}
	for text, want := range map[string]string{
		"":                   "is no assertion, want FIGURE, one of <= < >= >, and NUMBER",
		"frechet":            "is no assertion",
		"frechet==3":         "is no assertion",
		"frechet<=":          "is no assertion",
		"frechet<=2*roof":    "is no assertion",
		"frechet<=2*3*floor": "is no assertion",
		"frechet<=floor*2":   "is no assertion",
		"frechet<=x":         `"x" is no finite number`,
		"frechet<=nan":       `"nan" is no finite number`,
		"frechet<=1e999":     `"1e999" is no finite number`,
		"fid<=3":             "there is no figure fid, want one of modes, mode_divergence, parzen, ",
	} {
		if _, err := ParseAssertion(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	r := &Report{LeftOut: []string{"score: needs a classifier"}, Figures: []Figure{
		{Name: "frechet_distance", Value: 3, Floor: 2}, {Name: "coverage", Value: 0.5, Floor: 0.75}, {Name: "kid", Value: math.NaN(), Floor: 1}}}
	for text, want := range map[string]string{
		"frechet<=3":          "frechet_distance<=3 holds: the value is 3, the bound 3",
		"frechet<3":           "frechet_distance<3 fails: the value is 3, the bound 3",
		"frechet<=1.5*floor":  "frechet_distance<=1.5*floor holds: the value is 3, the bound 3",
		"frechet<=1.49*floor": "frechet_distance<=1.49*floor fails: the value is 3, the bound 2.98",
		"coverage>=floor":     "coverage>=floor fails: the value is 0.5, the bound 0.75",
		"coverage>0.5":        "coverage>0.5 fails: the value is 0.5, the bound 0.5",
		"coverage>=0.5":       "coverage>=0.5 holds: the value is 0.5, the bound 0.5",
		"coverage>0.6*floor":  "coverage>0.6*floor holds: the value is 0.5, the bound 0.45",
		"kid<=2":              "kid<=2 fails: the value is NaN, the bound 2",
		"kid>=-2":             "kid>=-2 fails: the value is NaN, the bound -2",
		"score>1":             "classifier_score>1 fails: classifier_score was not measured: left out are score: needs a classifier",
	} {
		a, err := ParseAssertion(text)
		if err != nil {
			t.Fatal(err)
		}
		o := r.Check(a)
		if o.String() != want || o.Holds != strings.Contains(want, " holds") {
			t.Errorf("%s: %v, want %s", text, o, want)
		}
	}
	if a, _ := ParseAssertion("recall>0"); a.Metric() != "coverage" {
		t.Errorf("recall is measured by %s", a.Metric())
	}
	if a, _ := ParseAssertion("modes>0"); a.Metric() != "" {
		t.Errorf("modes are measured by %s", a.Metric())
	}
}
