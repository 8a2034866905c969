package main

import (
	"fmt"
	"math"
	"strings"

	"gorgan/model"
	"gorgan/model/evaluate"
)

// judge tells, from the figures of a run as they come, when its GAN fails in one of two
// ways. It is shown all of them, those of before a resume too.
type judge struct {
	config    model.Config
	won       condition // the discriminator has
	wonFrom   float64   // the generator's loss where the signs of it began
	collapsed condition // the generator has
	drewAll   bool      // an evaluation that saw classes found nothing missing
	best      evaluate.Figure
}

// condition is a way to fail. It holds once its signs were seen so many times in a row.
type condition struct {
	seen  int    // times in a row
	since uint32 // the step of the first of these
	holds bool
}

// see takes whether the signs are there at step, and tells whether the condition begins
// to hold, which it does when they were there so many times, over so many steps.
func (c *condition) see(signs bool, step uint32, times int, steps uint32) (begins bool) {
	if !signs {
		*c = condition{}
		return false
	}
	if c.seen++; c.seen == 1 {
		c.since = step
	}
	begins = !c.holds && c.seen >= times && step-c.since >= steps
	c.holds = c.holds || begins
	return begins
}

// When the discriminator has won. Three seeds of the tutorial come as near 0 as 0.007 about
// step 2500 and leave it again, as is their way; with the minimax loss 0.001 at step 500 is
// 0.05 five hundred steps later. Its nets with the least-squares loss stay below 0.004 from
// step 1000 on, and draw but one image; of three seeds of docs/results/quality.md's
// relativistic one is below 0.0001 there and draws but one, two stay above 0.04.
const (
	wonLoss     = 0.005
	wonDisplays = 3
	wonSteps    = 2000
	wonGain     = 0.1
)

// displayed takes the figures of a display step, and returns a warning where the
// discriminator begins to have won: for three displays and 2000 steps its loss, penalties
// apart, was below 0.005, next to the 0 of one that is always right, while the generator's
// did not fall by a tenth. That loss is -V, or the least-squares one, or that of pairs; with
// label smoothing it does not come so near 0. Only the losses that show a win are judged, see
// model.LossTraits.
func (j *judge) displayed(m model.Metrics) string {
	signs := m.DLoss-m.Penalty <= wonLoss && j.config.LossTraits().ShowsWin
	if j.won.seen > 0 && m.GLoss < j.wonFrom-wonGain*math.Abs(j.wonFrom) {
		j.won.see(false, m.Step, wonDisplays, wonSteps)
	}
	if j.won.seen == 0 {
		j.wonFrom = m.GLoss
	}
	if !j.won.see(signs, m.Step, wonDisplays, wonSteps) {
		return ""
	}
	return fmt.Sprintf("the discriminator has won: since step %d it tells drawn images from data all but always (D(x) %.4f, D(G(z)) %.4f), "+
		"and the generator's loss, %.3g then, is %.3g; in a new run try %s",
		j.won.since, m.DReal, m.DFake, j.wonFrom, m.GLoss, strings.Join(j.againstWinner(), " or "))
}

// againstWinner are flags that hold a discriminator back.
func (j *judge) againstWinner() []string {
	c := j.config
	var flags []string
	if c.LossTraits().Saturates {
		flags = append(flags, "--loss non-saturating")
	}
	if c.DisActivation != "tanh" { // which cannot be penalised
		flags = append(flags, more("r1", c.R1, 1))
	}
	rate := c.LearningRate
	if c.DisLearningRate != -1 {
		rate = c.DisLearningRate
	}
	flags = append(flags, fmt.Sprintf("--dis-learning-rate %.1g", rate/4), more("instance-noise", c.InstanceNoise, 0.1))
	return flags[:min(len(flags), 3)]
}

// more is a flag with a value to begin with, or twice what it is.
func more(name string, is, first float64) string {
	if is > 0 {
		first = 2 * is
	}
	return fmt.Sprintf("--%s %g", name, first)
}

// When the generator has collapsed. The tutorial's draws one digit, or all but the same
// image, up to step 3000 with its Fréchet distance no better than at step 500, and draws
// seven or more from step 5500 on; its Fréchet distance goes up again by a quarter
// later, with one digit missing at most.
const (
	collapsedEvaluations = 3
	collapsedGain        = 0.02
	graceSteps           = 10000
)

// evaluated takes an evaluation with the figure that decides, and returns a warning where
// the generator begins to have collapsed: three evaluations in a row lack the data's
// variety (see evaluate.Report.Collapse), and none is better than the best before it by a
// fiftieth. That is no collapse where a generator has yet to learn what to draw, and it
// is given 10000 steps to, unless an evaluation that saw classes found nothing missing
// before.
func (j *judge) evaluated(e *evaluation, f evaluate.Figure) string {
	found, gains := e.Collapse(), j.gains(f)
	if found == "" && e.Classifier != nil {
		j.drewAll = true
	}
	signs := found != "" && !gains && (j.drewAll || e.Step >= graceSteps)
	if !j.collapsed.see(signs, e.Step, collapsedEvaluations, 0) {
		return ""
	}
	return fmt.Sprintf("the generator has collapsed: %s; in a new run try %s", found, strings.Join(j.againstCollapse(), " or "))
}

// gains tells whether f is well better than the best before, and then is the best.
func (j *judge) gains(f evaluate.Figure) bool {
	gain := f.Value - j.best.Value
	if f.Better == evaluate.Lower {
		gain = -gain
	}
	if j.best.Name == f.Name && gain <= collapsedGain*math.Abs(j.best.Value) {
		return false
	}
	j.best = f
	return true
}

// againstCollapse are flags that help a generator to keep to all of the data.
func (j *judge) againstCollapse() []string {
	c := j.config
	var flags []string
	if c.DisActivation != "tanh" {
		flags = append(flags, more("r1", c.R1, 3))
	}
	if pack := 2 * c.Pack; c.BatchSize%pack == 0 {
		flags = append(flags, fmt.Sprintf("--pack %d", pack))
	}
	return append(flags, fmt.Sprintf("--learning-rate %.1g", c.LearningRate/2))
}
