package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/model/evaluate"
)

// assertFlags returns the flags for bounds on the figures of an evaluation.
func assertFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "assert", Usage: fmt.Sprintf("end with exit code %d unless `BOUND` holds: FIGURE, one of <= < >= >, and NUMBER, floor or NUMBER*floor, as in 'frechet<=1.5*floor'; may be given several times", exitAsserted)},
		&cli.StringFlag{Name: "junit", Usage: "write the outcome of each --assert to the JUnit `FILE`, for CI"},
	}
}

// assertions are the values of assertFlags.
type assertions struct {
	all   []evaluate.Assertion
	junit string // empty for no file
}

// readAssertions reads assertFlags. metrics are those to measure, none for all.
func readAssertions(c *cli.Context, metrics []string) (a assertions, err error) {
	for _, text := range c.StringSlice("assert") {
		one, err := evaluate.ParseAssertion(text)
		if err != nil {
			return a, usageError{fmt.Errorf("--assert: %w", err)}
		}
		if len(metrics) > 0 && !slices.Contains(metrics, one.Metric()) {
			return a, usageError{fmt.Errorf("--assert: %s is not measured by --metrics %s", one.Figure, strings.Join(metrics, ","))}
		}
		a.all = append(a.all, one)
	}
	if a.junit = c.String("junit"); a.junit != "" && len(a.all) == 0 {
		return a, usageError{fmt.Errorf("--junit has no effect without --assert")}
	}
	return a, nil
}

// assertionError is the error of assertions that do not hold.
type assertionError struct{ error }

// check compares a report with the assertions, and writes the file for CI.
func (a assertions) check(ui *ui, r *evaluate.Report, took time.Duration) (outcomes []evaluate.Outcome, failed, err error) {
	var fails []string
	for _, one := range a.all {
		o := r.Check(one)
		if outcomes = append(outcomes, o); !o.Holds {
			fails = append(fails, o.String())
		}
	}
	if len(fails) > 0 {
		failed = assertionError{fmt.Errorf("%d of %s failed: %s", len(fails), count(len(outcomes), "assertion"), strings.Join(fails, "; "))}
	}
	if a.junit != "" {
		err = writeWhole(ui, a.junit, func(w io.Writer) error { return writeJUnit(w, r, outcomes, took) })
	}
	return outcomes, failed, err
}

// The elements of a JUnit file, as Jenkins, GitLab and others read them.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Time       string          `xml:"time,attr"` // seconds
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"` // of a figure that was not measured
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
	}
)

// writeJUnit writes outcomes as tests. took is the time of the whole evaluation, of which no test has its own part.
func writeJUnit(w io.Writer, r *evaluate.Report, outcomes []evaluate.Outcome, took time.Duration) error {
	s := junitSuite{
		Name: "gorgan evaluate", Tests: len(outcomes), Time: fmt.Sprintf("%.3f", took.Seconds()), Timestamp: time.Now().UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{{"samples", r.Samples}, {"count", fmt.Sprint(r.Count)}, {"test", r.Test}, {"version", version()}},
	}
	if r.Classifier != nil {
		s.Properties = append(s.Properties, junitProperty{"classifier", r.Classifier.SHA256})
	}
	for _, o := range outcomes {
		one := junitCase{Class: "gorgan.evaluate", Name: o.Assertion, Time: "0"}
		switch {
		case o.Missing != "":
			one.Error = &junitMessage{o.String()}
			s.Errors++
		case !o.Holds:
			one.Failure = &junitMessage{o.String()}
			s.Failures++
		}
		s.Cases = append(s.Cases, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
