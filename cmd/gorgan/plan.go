package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model"
)

// plan is what a train command is to do: a run's settings, and where it stands.
type plan struct {
	settings
	out    string       // the new run's folder, empty for a numbered one
	resume string       // the folder of the run to go on with
	state  *model.State // it goes on from here; nil for a new run
	owed   bool         // the checkpoint it goes on from was to be evaluated, and was not
}

// newPlan reads the flags of a new run, or of one that goes on.
func newPlan(c *cli.Context) (*plan, error) {
	if err := applyPreset(c); err != nil {
		return nil, err
	}
	p := &plan{out: c.String("out"), resume: c.String("resume")}
	if p.resume != "" {
		if c.IsSet("out") {
			return nil, usageError{errors.New("--out and --resume exclude each other: a run goes on in its own folder")}
		}
		var err error
		if p.settings, err = readSettings(p.resume); err != nil {
			return nil, err
		}
		if _, p.state, err = loadModel(p.resume); err != nil {
			return nil, err
		}
		p.Model = p.state.Config
	} else {
		p.Model = model.Default()
	}
	given := func(name string) bool { return p.state == nil || c.IsSet(name) }
	if given("data") {
		p.Data = c.String("data")
	}
	if given("resize") {
		p.Resize = c.String("resize")
	}
	if given("images") {
		if p.Images = c.Int("images"); p.Images < 0 {
			return nil, usageError{fmt.Errorf("--images is %d, want 0 or more", p.Images)}
		}
	}
	if given("device") {
		p.Device = c.String("device")
	}
	for name, to := range map[string]*uint32{"steps": &p.Steps, "display-every": &p.DisplayEvery, "save-every": &p.SaveEvery} {
		if given(name) {
			n := c.Uint(name)
			if n < 1 || n >= 1<<32 {
				return nil, usageError{fmt.Errorf("--%s is %d, want 1 to 2^32-1", name, n)}
			}
			*to = uint32(n)
		}
	}
	if given("keep") {
		if p.Keep = c.Int("keep"); p.Keep < 0 {
			return nil, usageError{fmt.Errorf("--keep is %d, want 0 or more", p.Keep)}
		}
	}
	if err := p.evaluation(c, given); err != nil {
		return nil, err
	}
	if q := c.Int("queue"); q < 1 || q > 1<<16 {
		return nil, usageError{fmt.Errorf("--queue is %d, want 1 to 65536", q)}
	}
	if err := applyFlags(c, &p.Model, p.state == nil); err != nil {
		return nil, err
	}
	if p.state != nil {
		if d := p.Model.Differences(p.state.Config); len(d) > 0 {
			return nil, usageError{fmt.Errorf("--resume: a run goes on with the settings it began with, and %s", strings.Join(d, "; "))}
		}
		evaluated, err := readEvaluations(p.resume, p.state.Step)
		whole := model.Plan{Steps: p.Steps, EvaluateEvery: p.EvaluateEvery}
		p.owed = whole.Evaluates(p.state.Step) && (len(evaluated) == 0 || evaluated[len(evaluated)-1].Step < p.state.Step)
		return p, err
	}
	if err := p.Model.Validate(); err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

// evaluation reads the flags about evaluations; newEvaluator settles the rest.
func (p *plan) evaluation(c *cli.Context, given func(name string) bool) error {
	if given("evaluate-every") {
		n := c.Uint("evaluate-every")
		if n >= 1<<32 {
			return usageError{fmt.Errorf("--evaluate-every is %d, want 0 to 2^32-1", n)}
		}
		p.EvaluateEvery = uint32(n)
	}
	if p.EvaluateEvery == 0 {
		for _, name := range []string{"evaluate-count", "evaluate-metric", "stop-on-collapse"} {
			if c.IsSet(name) {
				return usageError{fmt.Errorf("--%s is nothing without --evaluate-every", name)}
			}
		}
		p.StopOnCollapse = false
		return nil
	}
	if c.IsSet("evaluate-count") {
		if p.EvaluateCount = c.Int("evaluate-count"); p.EvaluateCount < leastEvaluated || p.EvaluateCount > maxImages {
			return usageError{fmt.Errorf("--evaluate-count is %d, want %d to %d", p.EvaluateCount, leastEvaluated, maxImages)}
		}
	}
	if c.IsSet("evaluate-metric") {
		if p.EvaluateMetric = c.String("evaluate-metric"); !slices.Contains(deciderNames(), p.EvaluateMetric) {
			return usageError{fmt.Errorf("--evaluate-metric is %q, want one of %s", p.EvaluateMetric, strings.Join(deciderNames(), ", "))}
		}
	}
	if given("stop-on-collapse") {
		p.StopOnCollapse = c.Bool("stop-on-collapse")
	}
	return nil
}

// leastEvaluated is how many images say anything about the classes drawn.
const leastEvaluated = 100
