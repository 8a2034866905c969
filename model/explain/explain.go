// Package explain says in sentences what the numbers of a run mean, and what to try next. The advice
// is that of the run's warnings: see run.Diagnose.
//
// The theory is that of Goodfellow et al., "Generative adversarial nets" (2014), section 4.
package explain

import (
	"fmt"
	"math"
	"strings"

	"gorgan/model"
	"gorgan/model/run"
)

// Part is a title and the sentences below it. A sentence begins in lower case and has no full stop.
type Part struct {
	Title     string
	Sentences []string
}

// Run explains the history of a run. command returns a line that runs gorgan with words.
func Run(h run.History, command func(words ...string) string) []Part {
	d := h.Diagnose()
	return []Part{
		{"the two nets", nets(h)},
		{"the theory", theory(h)},
		{"the images", images(h, d)},
		{"warnings", Warnings(d)},
		{"what to try next", next(h, d, command)},
	}
}

// lastPart is the divisor for the last part of the metrics, over which means are taken. The metrics of
// one step are of one batch, and vary.
const lastPart = 10

// recent returns the means of the last tenth of the metrics, at least of the last, and says of which
// steps they are. There must be metrics.
func recent(history []model.Metrics) (mean model.Metrics, over string) {
	last := history[len(history)-max(1, len(history)/lastPart):]
	for _, m := range last {
		mean.GLoss += m.GLoss / float64(len(last))
		mean.DLoss += m.DLoss / float64(len(last))
		mean.Penalty += m.Penalty / float64(len(last))
		mean.DReal += m.DReal / float64(len(last))
		mean.DFake += m.DFake / float64(len(last))
		mean.Value += m.Value / float64(len(last))
		mean.JSD += m.JSD / float64(len(last))
		mean.Convergence += m.Convergence / float64(len(last))
		mean.Balance += m.Balance / float64(len(last))
	}
	if len(last) == 1 {
		return mean, fmt.Sprintf("at step %d", last[0].Step)
	}
	return mean, fmt.Sprintf("over the last %d measurements, steps %d to %d", len(last), last[0].Step, last[len(last)-1].Step)
}

// nets explains the outputs of D and both losses.
func nets(h run.History) []string {
	if len(h.Metrics) == 0 {
		return []string{"the run has no metrics yet"}
	}
	m, over := recent(h.Metrics)
	all := []string{fmt.Sprintf("%s, the means of D(x) and D(G(z)) are %.3g and %.3g: the discriminator's output for real and for fake images", over, m.DReal, m.DFake)}
	traits := h.Settings.Model.LossTraits()
	if !traits.Critic {
		all = append(all, fmt.Sprintf("both are 1/2 if it cannot tell them apart, and 1 and 0 if it is always right; this one is %.0f %% of the way", 100*(m.DReal-m.DFake)))
	}
	if traits.Autoencoder {
		all = append(all, "it is the error of an autoencoder: the root of the mean squared difference between an image and what it makes of it, lower for images that it knows")
	}
	if traits.Balances {
		all = append(all, fmt.Sprintf("the loss holds the error on fake images at %g times that on real ones, and it is %.3g times; the measure of convergence M, lower for better images, is %.3g, and k is %.3g",
			h.Settings.Model.Gamma, m.DFake/m.DReal, m.Convergence, m.Balance))
	}
	loss := fmt.Sprintf("the discriminator's loss is %.3g", m.DLoss)
	if m.Penalty != 0 {
		loss += fmt.Sprintf(", of which %.3g is the penalty on its gradient", m.Penalty)
	}
	if traits.ShowsWin {
		loss += fmt.Sprintf("; one that is always right has a loss of 0, and at %g, without the penalty, the signs begin that it has won", run.WonLoss)
	}
	return append(all, loss, fmt.Sprintf("the generator's loss is %.3g; it need not fall as images improve, because the discriminator that it is measured by learns too", m.GLoss))
}

// theory explains V, the divergence and a D near 1/2, in two sentences each.
func theory(h run.History) []string {
	c := h.Settings.Model
	if c.LossTraits().Critic {
		return []string{
			fmt.Sprintf("with the loss %s the discriminator is a critic: its output is no probability", c.Loss),
			"so V, the Jensen-Shannon divergence and the value 1/2 have no meaning for this run; its losses compare with nothing but each other",
		}
	}
	if len(h.Metrics) == 0 {
		return []string{"the run has no metrics yet"}
	}
	m, _ := recent(h.Metrics)
	divergence := fmt.Sprintf("here it is %.3g nats of at most log 2 = %.3g", m.JSD, math.Ln2)
	if m.JSD < 0 {
		divergence = fmt.Sprintf("here it is %.3g nats, and a bound below 0 says nothing: this discriminator is worse than one that is 1/2 everywhere", m.JSD)
	}
	return []string{
		fmt.Sprintf("V = mean log D(x) + mean log(1-D(G(z))) is %.3g; the discriminator raises it and the generator lowers it (equation 1)", m.Value),
		fmt.Sprintf("it is 0 if the discriminator is always right, and -log 4 = %.4g if it is 1/2 everywhere", -math.Log(4)),
		"(V + log 4)/2 is the Jensen-Shannon divergence of real and fake images if the discriminator is the best possible one, and a lower bound of it for any other (theorem 1)",
		divergence,
		"the best discriminator for a generator is p(x)/(p(x)+q(x)), for the densities p of real and q of fake images (proposition 1): 1/2 where both are as likely",
		fmt.Sprintf("so %.3g and %.3g near 1/2 would mean that fake images are as likely as real ones, or that the discriminator cannot see the difference; an evaluation tells these apart", m.DReal, m.DFake),
		"source: Goodfellow et al., Generative adversarial nets (2014), section 4",
	}
}

// Warnings lists the warnings, and how far the run is from one.
func Warnings(d run.Diagnosis) []string {
	var all []string
	for _, w := range d.Warnings {
		all = append(all, fmt.Sprintf("step %d: %s", w.Step, w.Text))
	}
	for _, a := range []struct {
		run.Alarm
		what, when string
	}{{d.Won, "the discriminator has won", "displays"}, {d.Collapse, "the generator has collapsed", "evaluations"}} {
		if a.Signs > 0 && !a.Holds {
			all = append(all, fmt.Sprintf("signs that %s since step %d: at %d %s in a row; %d make a warning", a.what, a.Since, a.Signs, a.when, a.Needs))
		}
	}
	if all == nil {
		return []string{"none: no sign that the discriminator has won or that the generator has collapsed"}
	}
	return all
}

// next says what to do after the run.
func next(h run.History, d run.Diagnosis, command func(words ...string) string) []string {
	var all []string
	for _, a := range []run.Alarm{d.Won, d.Collapse} {
		if a.Signs > 0 {
			all = append(all, "in a new run try "+strings.Join(a.Try, " or "))
		}
	}
	failing := d.Won.Holds || d.Collapse.Holds
	n := len(h.Evaluations)
	switch {
	case h.Step() < h.Settings.Steps && !failing:
		all = append(all, fmt.Sprintf("train to its last step, %d: %s", h.Settings.Steps, command("train", "--resume", h.Dir)))
	case n == 0:
	case d.Gained == h.Evaluations[n-1].Step && !failing:
		all = append(all, fmt.Sprintf("the last evaluation still gained a fiftieth or more, so train on: %s",
			command("train", "--resume", h.Dir, "--steps", fmt.Sprint(2*uint64(h.Settings.Steps)))))
	case d.Gained < h.Evaluations[n-1].Step:
		all = append(all, fmt.Sprintf("since step %d no evaluation gained a fiftieth: more steps alone will hardly help", d.Gained))
	}
	if n == 0 {
		all = append(all, "measure the images: "+command("evaluate", "--model", h.Dir), "let the next run measure them, and keep its best checkpoint, by --evaluate-every 1000")
	} else if h.Best != nil && h.Best.Step < h.Step() {
		all = append(all, fmt.Sprintf("draw with the best checkpoint, of step %d: %s", h.Best.Step, command("generate", "--model", h.Dir+"/"+run.BestFile)))
	}
	if all == nil {
		return []string{"draw images: " + command("generate", "--model", h.Dir)}
	}
	return all
}
