package run

import (
	"fmt"
	"math"
	"strings"

	"gorgan/model"
	"gorgan/model/evaluate"
)

// diagnosis finds from the metrics and evaluations of a run when its GAN fails in one of two ways.
// It gets all of them, including those from before a resume.
type diagnosis struct {
	config        model.Config
	won           streak  // signs that the discriminator has won
	wonFrom       float64 // the generator's loss when these signs began
	collapsed     streak  // signs that the generator has collapsed
	sawAllClasses bool    // an evaluation with classes found that nothing was missing
	best          evaluate.Figure
	gained        uint32 // the step of the evaluation that best is from
}

// streak is an alarm. It holds once its signs were there so many times in a row.
type streak struct {
	count int    // times in a row
	since uint32 // the step of the first of these
	holds bool
}

// add takes whether the signs are there at step. It reports whether the alarm begins to
// hold: the signs must be there so many times in a row, over so many steps.
func (c *streak) add(signs bool, step uint32, times int, steps uint32) (begins bool) {
	if !signs {
		*c = streak{}
		return false
	}
	if c.count++; c.count == 1 {
		c.since = step
	}
	begins = !c.holds && c.count >= times && step-c.since >= steps
	c.holds = c.holds || begins
	return begins
}

// The limits for a discriminator that has won come from the discriminator's losses in runs:
//
//   - Three seeds of the tutorial fall to 0.007 at about step 2500 and recover, as usual.
//   - With the minimax loss, 0.001 at step 500 becomes 0.05 five hundred steps later.
//   - The tutorial's nets with the least-squares loss stay below 0.004 from step 1000 on, and
//     make a single image.
//   - Of three seeds of the row relativistic in docs/results/quality.md, one is below 0.0001
//     there and makes a single image. The other two stay above 0.04.
const (
	// WonLoss is the discriminator's loss, without penalties, below which it shows signs to have won.
	WonLoss     = 0.005
	wonDisplays = 3
	wonSteps    = 2000
	wonGain     = 0.1
)

// displayed takes the metrics of a display step. It returns a warning when the discriminator
// begins to have won: for three displays and 2000 steps its loss, without penalties, was at most
// 0.005, and the generator's loss did not fall by a tenth. A discriminator that is always right
// has a loss of 0. With label smoothing the loss does not come so near 0. Only the losses that
// show a win are judged: see model.LossTraits.
func (d *diagnosis) displayed(m model.Metrics) string {
	signs := m.DLoss-m.Penalty <= WonLoss && d.config.LossTraits().ShowsWin
	if d.won.count > 0 && m.GLoss < d.wonFrom-wonGain*math.Abs(d.wonFrom) {
		d.won.add(false, m.Step, wonDisplays, wonSteps)
	}
	if d.won.count == 0 {
		d.wonFrom = m.GLoss
	}
	if !d.won.add(signs, m.Step, wonDisplays, wonSteps) {
		return ""
	}
	return fmt.Sprintf("the discriminator has won: since step %d it tells fake images from real ones almost always (D(x) %.4f, D(G(z)) %.4f), "+
		"and the generator's loss, %.3g then, is %.3g; in a new run try %s",
		d.won.since, m.DReal, m.DFake, d.wonFrom, m.GLoss, strings.Join(d.againstWinner(), " or "))
}

// againstWinner returns flags that weaken a discriminator.
func (d *diagnosis) againstWinner() []string {
	c := d.config
	var flags []string
	if c.LossTraits().Saturates {
		flags = append(flags, "--loss non-saturating")
	}
	flags = append(flags, more("r1", c.R1, 1))
	rate := c.LearningRate
	if c.DisLearningRate != -1 {
		rate = c.DisLearningRate
	}
	flags = append(flags, fmt.Sprintf("--dis-learning-rate %.1g", rate/4), more("instance-noise", c.InstanceNoise, 0.1))
	return flags[:min(len(flags), 3)]
}

// more returns a flag with a first value, or with twice its present value.
func more(name string, is, first float64) string {
	if is > 0 {
		first = 2 * is
	}
	return fmt.Sprintf("--%s %g", name, first)
}

// The limits for a generator that has collapsed come from the tutorial's run. Up to step 3000
// the generator makes one digit or nearly the same image, and its Fréchet distance is no better
// than at step 500. From step 5500 on it makes seven digits or more. Later its Fréchet distance
// rises again by a quarter, and at most one digit is missing.
const (
	collapsedEvaluations = 3
	collapsedGain        = 0.02
	graceSteps           = 10000
)

// evaluated takes an evaluation with the figure that decides. It returns a warning when the
// generator begins to have collapsed: three evaluations in a row lack the data's variety (see
// evaluate.Report.Collapse), and none is better by a fiftieth than the best before it. A
// generator that has not learned all classes yet has not collapsed. It gets 10000 steps, unless
// an earlier evaluation with classes found that nothing was missing.
func (d *diagnosis) evaluated(e *Evaluation, f evaluate.Figure) string {
	found, gains := e.Collapse(), d.gains(f, e.Step)
	if found == "" && e.Classifier != nil && e.Classifier.Pretext == evaluate.ByLabel {
		d.sawAllClasses = true
	}
	signs := found != "" && !gains && (d.sawAllClasses || e.Step >= graceSteps)
	if !d.collapsed.add(signs, e.Step, collapsedEvaluations, 0) {
		return ""
	}
	return fmt.Sprintf("the generator has collapsed: %s; in a new run try %s", found, strings.Join(d.againstCollapse(), " or "))
}

// gains reports whether f, of an evaluation at step, is clearly better than the best before. If so, f
// becomes the best.
func (d *diagnosis) gains(f evaluate.Figure, step uint32) bool {
	gain := f.Value - d.best.Value
	if f.Better == evaluate.Lower {
		gain = -gain
	}
	if d.best.Name == f.Name && gain <= collapsedGain*math.Abs(d.best.Value) {
		return false
	}
	d.best, d.gained = f, step
	return true
}

// againstCollapse returns flags that help a generator to cover all of the data.
func (d *diagnosis) againstCollapse() []string {
	c := d.config
	flags := []string{more("r1", c.R1, 3)}
	if c.LossTraits().Autoencoder { // it has a term against that
		flags[0] = more("pull-away", c.PullAway, 0.1)
	}
	if pack := 2 * c.Pack; c.BatchSize%pack == 0 {
		flags = append(flags, fmt.Sprintf("--pack %d", pack))
	}
	return append(flags, fmt.Sprintf("--learning-rate %.1g", c.LearningRate/2))
}
