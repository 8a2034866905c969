package model_test

import (
	"maps"
	"math"
	"testing"

	"gorgan/model"
)

// TestMetrics holds what is displayed against the reference, evaluated at the weights after
// two steps on the last one's batch and noise. TestSteps holds that the weights are right.
func TestMetrics(t *testing.T) {
	long(t)
	type change = func(*model.Config)
	cases := map[string]change{
		"simultaneous": simultaneous, "fresh noise": freshNoise,
		"three discriminator steps": disSteps(3),
	}
	maps.Copy(cases, objectives())
	maps.Copy(cases, variants())
	for name, f := range cases {
		t.Run(name, func(t *testing.T) {
			c := small(f)
			set := noiseSet(t, max(21, c.BatchSize), c)
			trainer := newTrainer(t, device(t), c, set)
			var shown model.Metrics
			run(t, trainer, model.RunOptions{Steps: 2, Display: func(m model.Metrics) error {
				shown = m
				return nil
			}})
			r := newReference(stateOf(t, trainer))
			in := r.last(dataOf(set), 2)
			see := r.forwardDis(r.shown(in, in.nth))
			value, jsd := r.value(see)
			want := []float64{real(r.genLossOn(see)), real(r.disLossOn(see)),
				real(meanOf(see.real, r.probability)), real(meanOf(see.fake, r.probability)), value, jsd, real(see.penalty)}
			m := shown
			convergence := 0.0
			if c.Loss == "began" {
				convergence = want[2] + math.Abs(c.Gamma*want[2]-want[3])
			}
			differs(t, "convergence and balance", []float32{float32(m.Convergence), float32(m.Balance)}, []float64{convergence, r.k}, 1e-6, 2e-6)
			got := []float32{float32(m.GLoss), float32(m.DLoss), float32(m.DReal), float32(m.DFake), float32(m.Value), float32(m.JSD), float32(m.Penalty)}
			differs(t, "losses, outputs, value, divergence and penalty", got, want, 1e-6, 2e-6)
			got = []float32{float32(m.ClassLossReal), float32(m.ClassAccuracyReal), float32(m.ClassLossFake), float32(m.ClassAccuracyFake),
				float32(m.CodeInformation), float32(m.CodeAccuracy), float32(m.CodeValueInformation), float32(m.CodeError)}
			differs(t, "classes and codes", got, r.headFigures(see), 2e-6, 2e-6)
			if m.Step != 2 || m.Seconds <= 0 || m.ImagesPerSecond <= 0 {
				t.Errorf("got step %d, %v seconds, %v images a second", m.Step, m.Seconds, m.ImagesPerSecond)
			}
		})
	}
}

// TestProgressLosses: the running losses are those of the step itself, before its
// updates of the net in question.
func TestProgressLosses(t *testing.T) {
	c := small()
	set := noiseSet(t, 21, c)
	trainer := newTrainer(t, device(t), c, set)
	r := newReference(stateOf(t, trainer))
	var gLoss, dLoss float64
	run(t, trainer, model.RunOptions{Steps: 1, Progress: func(m model.Metrics) error {
		gLoss, dLoss = m.GLoss, m.DLoss
		return nil
	}})
	in := r.inputs(dataOf(set), 1, 0)
	before := real(r.disLoss(r.shown(in, 0)))
	r.descend("discriminator", r.disGradients(in), 1)
	differs(t, "losses", []float32{float32(dLoss), float32(gLoss)}, []float64{before, real(r.genLoss(r.shown(in, genStage)))}, 0, 1e-6)
}

// still trains without moving the weights to speak of.
func still(c *model.Config) { c.LearningRate = 1e-30 }

// measured is what is displayed after the first step.
func measured(t *testing.T, trainer *model.Trainer) (m model.Metrics) {
	t.Helper()
	run(t, trainer, model.RunOptions{Steps: 1, Display: func(shown model.Metrics) error {
		m = shown
		return nil
	}})
	return m
}

// TestNoJudgement: a D that always says 1/2 tells nothing apart.
func TestNoJudgement(t *testing.T) {
	for name, f := range objectives() {
		if (&reference{config: small(f)}).isCritic() {
			continue
		}
		s := stateOf(t, trainerOf(t, small(f, still)))
		for _, w := range s.Tensors {
			if w.Name == "discriminator.1.weight" {
				clear(w.Values)
			}
		}
		trainer := trainerOf(t, small(f, still))
		must(t, trainer.Restore(s, 0))
		m := measured(t, trainer)
		got := []float32{float32(m.JSD), float32(m.Value), float32(m.DReal), float32(m.DFake)}
		differs(t, name, got, []float64{0, -math.Log(4), 0.5, 0.5}, 1e-6, 0)
	}
}

// TestSmoothingLeavesValue: the value of the game is that of the data, not of the
// labels.
func TestSmoothingLeavesValue(t *testing.T) {
	smoothed := measured(t, trainerOf(t, small(smoothing, still)))
	plain := measured(t, trainerOf(t, small(loss("bce"), still)))
	if smoothed.Value != plain.Value || smoothed.JSD != plain.JSD {
		t.Errorf("value %v and JSD %v, without smoothing %v and %v", smoothed.Value, smoothed.JSD, plain.Value, plain.JSD)
	}
	if smoothed.DLoss == plain.DLoss {
		t.Error("smoothing leaves D's loss as well")
	}
}
