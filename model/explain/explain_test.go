package explain_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/explain"
	"gorgan/model/run"
)

// history is a run of 4000 steps that was measured and displayed every 100.
func history(c model.Config, at func(step uint32) model.Metrics) run.History {
	h := run.History{Dir: "r", Settings: run.Settings{Steps: 4000, DisplayEvery: 100, EvaluateMetric: run.ByFrechet, Model: c}}
	for step := uint32(100); step <= 4000; step += 100 {
		m := at(step)
		m.Step = step
		h.Metrics = append(h.Metrics, m)
	}
	return h
}

// evaluation has a Fréchet distance, and ten classes of which some are missing.
func evaluation(step uint32, distance float64, missing int) run.Evaluation {
	return run.Evaluation{Step: step, Report: evaluate.Report{Count: 2000, Classifier: &evaluate.ClassifierNote{}, Classes: make([]evaluate.Class, 10), Figures: []evaluate.Figure{
		{Name: "frechet_distance", Better: evaluate.Lower, Value: distance, Floor: 2}, {Name: "missing_classes", Value: float64(missing)}}}}
}

// explained returns the sentences of each part by its title.
func explained(h run.History) map[string]string {
	all := map[string]string{}
	for _, p := range explain.Run(h, func(words ...string) string { return "gorgan " + strings.Join(words, " ") }) {
		all[p.Title] = strings.Join(p.Sentences, "\n")
	}
	return all
}

// has tests that a part has each of the texts, and lacks those that begin with a "!".
func has(t *testing.T, got map[string]string, title string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		text, lacks := strings.CutPrefix(text, "!")
		if strings.Contains(got[title], text) == lacks {
			t.Errorf("%s: %q is there: %v, in\n%s", title, text, lacks, got[title])
		}
	}
}

// well is a discriminator of which V and JSD are computed here, from its outputs.
func well(uint32) model.Metrics {
	v := math.Log(0.6) + math.Log(1-0.4)
	return model.Metrics{GLoss: 0.9, DLoss: -v + 0.25, Penalty: 0.25, DReal: 0.6, DFake: 0.4, Value: v, JSD: (v + 2*math.Ln2) / 2}
}

// TestNumbers: the sentences have the means of the last tenth of the run, and what they are compared
// with.
func TestNumbers(t *testing.T) {
	h := history(model.Default(), func(step uint32) model.Metrics {
		m := well(step)
		switch {
		case step <= 3600: // before the last tenth
			m.DReal, m.GLoss, m.Value, m.JSD = 0.1, 100, -50, 50
		case step%200 == 0: // the means of the last four are those of well
			m.DReal += 0.02
		default:
			m.DReal -= 0.02
		}
		return m
	})
	got := explained(h)
	has(t, got, "the two nets", "over the last 4 measurements, steps 3700 to 4000", "D(x) and D(G(z)) are 0.6 and 0.4", "20 % of the way",
		"loss is 1.27, of which 0.25", "at 0.005", "the generator's loss is 0.9;")
	has(t, got, "the theory", "V = mean log D(x) + mean log(1-D(G(z))) is -1.02", "-log 4 = -1.386", "0.182 nats of at most log 2 = 0.693", "so 0.6 and 0.4", "theorem 1", "section 4")
	has(t, got, "the images", "was not evaluated")
	has(t, got, "warnings", "none")
	has(t, got, "what to try next", "gorgan evaluate --model r", "--evaluate-every", "!--resume")

	worse := history(model.Default(), func(uint32) model.Metrics { return model.Metrics{DReal: 0.4, DFake: 0.6, Value: -1.6, JSD: -0.1} })
	has(t, explained(worse), "the theory", "-0.1 nats, and a bound below 0 says nothing", "!at most log 2")
}

// TestCritic: of a critic nothing is said that is of probabilities.
func TestCritic(t *testing.T) {
	for _, loss := range model.Losses() {
		c := model.Default()
		c.Loss = loss
		got := explained(history(c, well))
		if critic := c.LossTraits().Critic; critic != strings.Contains(got["the theory"], "with the loss "+loss+" the discriminator is a critic") ||
			critic == strings.Contains(got["the theory"], "nats") || critic == strings.Contains(got["the two nets"], "1/2") {
			t.Errorf("%s: %v", loss, got)
		}
		if c.LossTraits().ShowsWin != strings.Contains(got["the two nets"], "0.005") {
			t.Errorf("%s: %v", loss, got["the two nets"])
		}
	}
}

// TestAutoencoder: D's output is explained as an error, and that of began with its balance.
func TestAutoencoder(t *testing.T) {
	c := model.Default()
	c.Loss = "ebgan"
	has(t, explained(history(c, well)), "the two nets", "it is the error of an autoencoder", "!the measure of convergence")
	c.Loss, c.Gamma = "began", 0.5
	balanced := history(c, func(uint32) model.Metrics {
		return model.Metrics{DReal: 0.2, DFake: 0.15, Convergence: 0.25, Balance: 0.0625}
	})
	has(t, explained(balanced), "the two nets", "it is the error of an autoencoder",
		"at 0.5 times that on real ones, and it is 0.75 times; the measure of convergence M, lower for better images, is 0.25, and k is 0.0625")
}

// TestAdvice: the flags are those of the run's warnings, and the other advice depends on how the run went.
func TestAdvice(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*run.History)
		warnings []string
		next     []string
	}{
		"won": {func(h *run.History) {
			*h = history(model.Default(), func(uint32) model.Metrics { return model.Metrics{DLoss: 0.001, GLoss: 9, DReal: 0.999, DFake: 0.001} })
		}, []string{"step 2100: the discriminator has won: since step 100"}, []string{"--r1 1 or --dis-learning-rate 5e-05", "!--pack"}},
		"nearly won": {func(h *run.History) {
			h.Metrics = h.Metrics[:20]
			for i := 10; i < 20; i++ {
				h.Metrics[i].DLoss = 0.001 + h.Metrics[i].Penalty
			}
		}, []string{"signs that the discriminator has won since step 1100: at 10 displays in a row; 3 make a warning"}, []string{"--r1 1 or", "train to its last step, 4000: gorgan train --resume r"}},
		"collapsed": {func(h *run.History) {
			h.Evaluations = []run.Evaluation{evaluation(1000, 30, 0), evaluation(2000, 300, 9), evaluation(3000, 300, 9), evaluation(4000, 300, 9)}
			h.Best = &h.Evaluations[0]
		}, []string{"step 4000: the generator has collapsed: 9 of 10 classes are missing"},
			[]string{"--r1 3 or --pack 2", "since step 1000 no evaluation gained", "the best checkpoint, of step 1000: gorgan generate --model r/best", "!train on"}},
		"gains": {func(h *run.History) {
			h.Evaluations = []run.Evaluation{evaluation(2000, 30, 0), evaluation(4000, 20, 0)}
			h.Best = &h.Evaluations[1]
		}, []string{"none"}, []string{"train on: gorgan train --resume r --steps 8000", "!best checkpoint"}},
		"flat": {func(h *run.History) {
			h.Evaluations = []run.Evaluation{evaluation(2000, 20, 0), evaluation(3000, 20, 0), evaluation(4000, 19.9, 0)}
			h.Best = &h.Evaluations[2]
		}, []string{"none"}, []string{"since step 2000 no evaluation gained", "!train on"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := history(model.Default(), well)
			c.change(&h)
			got := explained(h)
			has(t, got, "warnings", c.warnings...)
			has(t, got, "what to try next", c.next...)
		})
	}
}

// TestImages: the figure that decides stands beside its floor and its best.
func TestImages(t *testing.T) {
	h := history(model.Default(), well)
	h.Evaluations = []run.Evaluation{evaluation(2000, 9, 0), evaluation(3000, 12, 1), evaluation(4000, 11, 7)}
	h.Best = &h.Evaluations[0]
	got := explained(h)
	has(t, got, "the images", "frechet_distance is 11, and real images have 2: 5.5 times as much, and lower is better, of 2000 images at step 4000",
		"the best was 9 at step 2000", "it last gained a fiftieth at step 2000; 2 later evaluations did not", "lack the variety of the data: 7 of 10 classes")
	h.Evaluations[2].Figures[1].Value = 0
	has(t, explained(h), "the images", "missing_classes 0, of real images 0", "!lack the variety")
}

// TestFigure compares figures of each direction with their floors.
func TestFigure(t *testing.T) {
	for _, c := range []struct {
		f    evaluate.Figure
		want string
	}{
		{evaluate.Figure{Name: "parzen", Unit: "nats", Better: evaluate.Higher, Value: -30, Floor: 200}, "parzen is -30 nats, and real images have 200; higher is better"},
		{evaluate.Figure{Name: "frechet_distance", Better: evaluate.Lower, Value: 30, Floor: 2}, "frechet_distance is 30, and real images have 2: 15 times as much, and lower is better"},
		{evaluate.Figure{Name: "memorised", Better: evaluate.Lower, Value: 3, Floor: 0}, "memorised is 3, and real images have 0; lower is better"},
		{evaluate.Figure{Name: "nearest_distance", Value: 6, Floor: 7}, "nearest_distance is 6, and real images have 7"},
	} {
		if got := explain.Figure(c.f); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestEmpty: a run that has just begun is explained too.
func TestEmpty(t *testing.T) {
	h := run.History{Dir: "r", Settings: run.Settings{Steps: 10, Model: model.Default()}}
	for title, text := range explained(h) {
		if text == "" || strings.Contains(text, "NaN") || strings.Contains(text, "%!") {
			t.Errorf("%s: %s", title, fmt.Sprint(text))
		}
	}
}
