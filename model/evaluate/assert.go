package evaluate

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Assertion is a bound on a figure, such as "frechet_distance<=1.5*floor".
type Assertion struct {
	Figure  string
	Op      string  // <=, <, >= or >
	Bound   float64 // a value, or the multiple of the floor
	OfFloor bool
}

var assertionForm = regexp.MustCompile(`^\s*([a-z_]+)\s*(<=|>=|<|>)\s*(?:(floor)|([^\s*<>=]+)(?:\s*\*\s*(floor))?)\s*$`)

// ParseAssertion reads a figure, a comparison, and a number, floor or NUMBER*floor. The name of a metric stands for its first
// figure: frechet for frechet_distance. It returns an error for another text, or if there is no such figure.
func ParseAssertion(text string) (a Assertion, err error) {
	m := assertionForm.FindStringSubmatch(text)
	if m == nil {
		return a, fmt.Errorf("%.80q is no assertion, want FIGURE, one of <= < >= >, and NUMBER, floor or NUMBER*floor, as in frechet<=1.5*floor", text)
	}
	a = Assertion{Figure: m[1], Op: m[2], Bound: 1, OfFloor: m[3]+m[5] != ""}
	if m[4] != "" {
		if a.Bound, err = strconv.ParseFloat(m[4], 64); err != nil || math.IsNaN(a.Bound) || math.IsInf(a.Bound, 0) {
			return a, fmt.Errorf("%.80q: %.40q is no finite number", text, m[4])
		}
	}
	known := slices.Clone(stackedFigures())
	for _, of := range metrics() {
		known = append(known, of.figures...)
	}
	if slices.Contains(known, a.Figure) {
		return a, nil
	}
	for _, of := range metrics() {
		if of.name == a.Figure {
			a.Figure = of.figures[0]
			return a, nil
		}
	}
	return a, fmt.Errorf("%.80q: there is no figure %s, want one of %s", text, a.Figure, strings.Join(known, ", "))
}

// stackedFigures returns the names of the figures of RunStacked.
func stackedFigures() []string { return []string{"modes", "mode_divergence"} }

// Metric returns the metric that measures the figure of a, or "" if it is one of stacked images.
func (a Assertion) Metric() string {
	for _, of := range metrics() {
		if slices.Contains(of.figures, a.Figure) {
			return of.name
		}
	}
	return ""
}

func (a Assertion) String() string {
	bound := strconv.FormatFloat(a.Bound, 'g', -1, 64)
	switch {
	case a.OfFloor && a.Bound == 1:
		bound = "floor"
	case a.OfFloor:
		bound += "*floor"
	}
	return a.Figure + a.Op + bound
}

// Outcome says whether an assertion holds.
type Outcome struct {
	Assertion string  `json:"assertion"`
	Holds     bool    `json:"holds"`
	Value     float64 `json:"value"` // of the figure
	Bound     float64 `json:"bound"` // which the value is compared with
	// Missing says that the figure was not measured, and perhaps why. Then the assertion does not hold.
	Missing string `json:"missing,omitempty"`
}

// Check returns whether an assertion holds in a report.
func (r *Report) Check(a Assertion) Outcome {
	o := Outcome{Assertion: a.String(), Bound: a.Bound}
	f, ok := r.Figure(a.Figure)
	if !ok {
		o.Missing = fmt.Sprintf("%s was not measured", a.Figure)
		if len(r.LeftOut) > 0 {
			o.Missing += ": left out are " + strings.Join(r.LeftOut, "; ")
		}
		return o
	}
	if o.Value = f.Value; a.OfFloor {
		o.Bound *= f.Floor
	}
	switch a.Op {
	case "<=":
		o.Holds = o.Value <= o.Bound
	case "<":
		o.Holds = o.Value < o.Bound
	case ">=":
		o.Holds = o.Value >= o.Bound
	case ">":
		o.Holds = o.Value > o.Bound
	}
	return o
}

// String returns the outcome as a sentence.
func (o Outcome) String() string {
	switch {
	case o.Missing != "":
		return fmt.Sprintf("%s fails: %s", o.Assertion, o.Missing)
	case o.Holds:
		return fmt.Sprintf("%s holds: the value is %.6g, the bound %.6g", o.Assertion, o.Value, o.Bound)
	}
	return fmt.Sprintf("%s fails: the value is %.6g, the bound %.6g", o.Assertion, o.Value, o.Bound)
}
