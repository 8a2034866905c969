package evaluate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is the result of an evaluation.
type Report struct {
	Samples    string          `json:"samples"` // their origin
	Seeds      []uint64        `json:"seeds"`   // the seeds they were made with, one for each evaluation of a spread
	Count      int             `json:"count"`   // number of samples of each seed
	Train      string          `json:"train"`   // the reference's splits, "mnist train[0:50000]"
	Validation string          `json:"validation"`
	Test       string          `json:"test"`
	Division   string          `json:"division,omitempty"`   // how the images were divided into these
	Floor      string          `json:"floor"`                // the training images that give a floor
	FloorSeed  uint64          `json:"floor_seed"`           // the seed that chose these
	Classifier *ClassifierNote `json:"classifier,omitempty"` // nil: none
	LeftOut    []string        `json:"left_out,omitempty"`   // metrics that were not measured, and why
	Figures    []Figure        `json:"figures"`
	Classes    []Class         `json:"classes,omitempty"`
	// Nearest has the nearest training image of each sample, if that was measured.
	Nearest []Neighbour `json:"-"`
}

// ClassifierNote identifies the classifier of the figures.
type ClassifierNote struct {
	Net      string  `json:"net"` // "784-512-128-10"
	SHA256   string  `json:"sha256"`
	Data     string  `json:"data"`               // the images it was trained on
	Pretext  Task    `json:"pretext,omitempty"`  // the task it was trained on; empty for the labels
	Accuracy float64 `json:"accuracy,omitempty"` // on the test split, by its task; of labels, 0 without any
}

// Better says which way a figure improves.
type Better string

// The directions. A figure without a direction is only for information.
const (
	Higher Better = "higher"
	Lower  Better = "lower"
)

// Figure is one number with its floor.
type Figure struct {
	Name        string  `json:"name"`
	Unit        string  `json:"unit,omitempty"`
	Better      Better  `json:"better,omitempty"`
	Value       float64 `json:"value"`
	Spread      float64 `json:"spread,omitempty"`
	Floor       float64 `json:"floor"` // the value for real images
	FloorSpread float64 `json:"floor_spread,omitempty"`
	FloorOf     string  `json:"floor_of"`          // the split of these real images
	Against     string  `json:"against,omitempty"` // the split that the samples were compared with
	Over        string  `json:"over,omitempty"`    // the values that Spread is the spread of
	Note        string  `json:"note,omitempty"`
}

// Figure returns the figure of that name, and whether there is one.
func (r *Report) Figure(name string) (Figure, bool) {
	for _, f := range r.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// report returns a report on n samples without figures.
func (e *Evaluator) report(ctx context.Context, samples Samples, n int, progress Progress) (*Report, error) {
	r := &Report{
		Samples: samples.Source, Seeds: []uint64{samples.Seed}, Count: n,
		Floor: e.floor(n).name, FloorSeed: e.options.Seed,
		Train: e.reference.Train.String(), Validation: e.reference.Validation.String(), Test: e.reference.Test.String(),
		Division: e.reference.Division, LeftOut: slices.Clone(e.leftOut),
	}
	if e.classifier == nil {
		return r, nil
	}
	e.stage("classifier", progress)
	c := e.classifier
	if err := e.measureAccuracy(ctx); err != nil {
		return nil, err
	}
	r.Classifier = &ClassifierNote{Net: c.String(), SHA256: c.SHA256(), Data: c.Data, Pretext: c.Recipe.Task, Accuracy: *e.accuracy}
	return r, nil
}

// measureAccuracy sets the classifier's accuracy on the test images, unless it is known. By labels it
// uses the logits that metrics need as well.
func (e *Evaluator) measureAccuracy(ctx context.Context) error {
	if e.accuracy != nil {
		return nil
	}
	var accuracy float64
	if e.classifier.Recipe.Task == ByLabel {
		logits, err := e.logits(ctx, e.test)
		if err != nil {
			return err
		}
		accuracy = e.classifier.right(e.reference.Test, logits)
	} else {
		var err error
		if accuracy, err = e.net.accuracy(ctx, e.classifier, e.reference.Test); err != nil {
			return err
		}
	}
	e.accuracy = &accuracy
	return nil
}

func (e *Evaluator) countClasses(ctx context.Context, r *Report, s, floor *imageSet) error {
	of, err := e.counts(ctx, s)
	if err != nil {
		return err
	}
	real, err := e.counts(ctx, floor)
	if err != nil {
		return err
	}
	names := e.reference.Train.Set.Classes()
	for k, label := range e.classifier.Labels {
		r.Classes = append(r.Classes, Class{Label: label, Count: of[k], Floor: real[k], Name: className(names, label)})
	}
	return nil
}

// WriteTo writes the report as text: first the origin of the figures, then a line for each figure
// and its floor, then the classes. Of many classes it lists those that differ most from the floor.
// It returns the number of bytes and the error of w.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var text bytes.Buffer
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")) }
	line("samples", fmt.Sprintf("%d of %s, seed %s", r.Count, r.Samples, strings.Trim(fmt.Sprint(r.Seeds), "[]")))
	line("train", r.Train)
	line("validation", r.Validation)
	line("test", r.Test)
	if r.Division != "" {
		line("division", r.Division)
	}
	if c := r.Classifier; c == nil {
		line("classifier", "none")
	} else {
		task := ""
		if c.Pretext != ByLabel {
			task = fmt.Sprintf(" by %s", c.Pretext)
		}
		line("classifier", fmt.Sprintf("%s on %s%s, %.2f %% of test right", c.Net, c.Data, task, 100*c.Accuracy))
		line("", "sha256 "+c.SHA256)
	}
	line("floor", fmt.Sprintf("%s, seed %d", r.Floor, r.FloorSeed))
	for _, why := range r.LeftOut {
		line("left out", why)
	}
	t.Flush()
	fmt.Fprintln(&text)
	line("figure", "value", "floor", "unit", "against", "floor of", "note")
	for _, f := range r.Figures {
		line(f.Name, number(f.Value, f.Spread), number(f.Floor, f.FloorSpread), f.Unit, f.Against, f.FloorOf, f.note())
	}
	t.Flush()
	if len(r.Classes) > 0 {
		fmt.Fprintln(&text)
		line("class", "samples", "floor")
		few, many := r.listed()
		for _, c := range few {
			line(c.title(), fmt.Sprint(c.Count), fmt.Sprint(c.Floor))
		}
		if hidden := len(r.Classes) - len(few) - len(many); hidden > 0 {
			line(fmt.Sprintf("%d between these", hidden), "", "")
		}
		for _, c := range many {
			line(c.title(), fmt.Sprint(c.Count), fmt.Sprint(c.Floor))
		}
		t.Flush()
	}
	var trimmed strings.Builder
	for line := range strings.Lines(text.String()) {
		trimmed.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	n, err := io.WriteString(w, trimmed.String())
	return int64(n), err
}

// listedClasses is the largest number of classes that the text lists.
const listedClasses = 40

// listed returns the classes for the text: all, or if there are many, those that differ most from the
// floor. few have too few samples, the worst first. many have too many, the worst last.
func (r *Report) listed() (few, many []Class) {
	if len(r.Classes) <= listedClasses {
		return r.Classes, nil
	}
	all := slices.Clone(r.Classes)
	slices.SortStableFunc(all, func(a, b Class) int { return (a.Count - a.Floor) - (b.Count - b.Floor) })
	return all[:listedClasses/2], all[len(all)-listedClasses/2:]
}

// note returns Note and Over as one text.
func (f Figure) note() string {
	if f.Over == "" || f.Note == "" {
		return f.Note + f.Over
	}
	return f.Note + "; " + f.Over
}

// number writes a value and its spread, if it has one.
func number(value, spread float64) string {
	switch {
	case spread != 0:
		format := "%.4g ± %.2g"
		if spread >= 99.5 && spread < 1e6 { // where %g has an exponent
			format = "%.0f ± %.0f"
		}
		return fmt.Sprintf(format, value, spread)
	case value == math.Trunc(value):
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%.4g", value)
}
