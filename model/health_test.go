package model_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"gorgan/model"
)

var nonFinite = map[string]float32{"NaN": float32(math.NaN()), "+Inf": float32(math.Inf(1)), "-Inf": float32(math.Inf(-1))}

// TestNonFiniteFound: whatever a step computes, its first NaN or infinity is named.
func TestNonFiniteFound(t *testing.T) {
	type row struct {
		poison, net, tensor string
		at                  int
	}
	var rows []row
	for at := range model.GenLossAt { // the halves of D's loss, and its penalties
		rows = append(rows, row{"loss", "discriminator", "loss", at})
	}
	rows = append(rows, row{"loss", "generator", "loss", model.GenLossAt})
	for _, net := range []string{"generator", "discriminator"} {
		for _, name := range []string{".0.weight", ".0.bias", ".1.weight", ".1.bias", ".class.weight"} {
			rows = append(rows, row{"gradient " + net + name, net, "gradient of " + net + name, 0}, row{net + name, net, net + name, 0})
		}
	}
	for at := model.DisHeadAt; at < model.GenHeadAt; at++ { // D's classes and codes
		rows = append(rows, row{"loss", "discriminator", "loss", at})
	}
	rows = append(rows, row{"loss", "generator", "loss", model.GenHeadAt})
	// Beyond the first of the chunks that are looked at.
	rows = append(rows, row{"generator.1.weight", "generator", "generator.1.weight", 2047})
	for _, r := range rows {
		at := r.at
		for shown, v := range nonFinite {
			t.Run(fmt.Sprintf("%s, %s %d, %s", r.net, r.poison, at, shown), func(t *testing.T) {
				trainer := trainerOf(t, small(func(c *model.Config) { c.GenHidden, c.Classes, c.CodeClasses = []int{128}, 3, 2 }))
				run(t, trainer, model.RunOptions{Steps: 3})
				must(t, trainer.Poison(r.poison, at, v))
				must(t, trainer.Scan())
				want := fmt.Sprintf("model: step 3: %s: %s holds %s; try a lower learning rate", r.net, r.tensor, shown)
				err := trainer.Check()
				if err == nil || err.Error() != want {
					t.Fatalf("got  %v\nwant %s", err, want)
				}
				e, ok := errors.AsType[*model.NonFiniteError](err)
				if !ok || e.Step != 3 || e.Net != r.net || e.Tensor != r.tensor {
					t.Errorf("got %+v", e)
				}

				// It is remembered, with its step, after the value is gone.
				must(t, trainer.Poison(r.poison, at, 0))
				must(t, trainer.Tick())
				must(t, trainer.Scan())
				e, ok = errors.AsType[*model.NonFiniteError](trainer.Check())
				if !ok || e.Step != 3 || e.Net != r.net || e.Tensor != r.tensor {
					t.Errorf("later: got %+v", e)
				}
			})
		}
	}
}

// TestFirstStepTold: of several finds, the one of the earliest step is told.
func TestFirstStepTold(t *testing.T) {
	const loss, weight = "loss", "generator.1.weight"
	for _, order := range [][2]string{{loss, weight}, {weight, loss}} {
		trainer := trainerOf(t, small())
		run(t, trainer, model.RunOptions{Steps: 3})
		for _, what := range order {
			must(t, trainer.Poison(what, 0, nonFinite["NaN"]))
			must(t, trainer.Scan())
			must(t, trainer.Tick())
		}
		if e, ok := errors.AsType[*model.NonFiniteError](trainer.Check()); !ok || e.Step != 3 || e.Tensor != order[0] {
			t.Errorf("got %v, want step 3 and %s", e, order[0])
		}
	}
}

// TestDivergence: a run that blows up ends with the step, and saves and shows
// nothing that is not finite.
func TestDivergence(t *testing.T) {
	type change = func(*model.Config)
	for name, f := range map[string]change{"discriminator first": func(*model.Config) {}, "simultaneous": simultaneous, "three steps": disSteps(3)} {
		t.Run(name, func(t *testing.T) {
			c := small(f, func(c *model.Config) { c.LearningRate = 1e30 })
			err := trainerOf(t, c).Run(t.Context(), guarded(t, model.RunOptions{Steps: 9, DisplayEvery: 1, SaveEvery: 1}))
			e, ok := errors.AsType[*model.NonFiniteError](err)
			if !ok || e.Step != 1 || e.Tensor != "loss" {
				t.Errorf("got %v, want a *NonFiniteError about a loss of step 1", err)
			}
		})
	}
}

// TestPoisonedState: nothing that is not finite is saved, be it in the optimizer's
// memory alone or in a state that no step was made from.
func TestPoisonedState(t *testing.T) {
	for _, name := range []string{"generator.0.weight", "discriminator.1.bias", "adam.v.generator.1.weight", "adam.m.discriminator.0.bias"} {
		for shown, v := range nonFinite {
			for _, when := range []string{"interrupted at once", "after a step"} {
				t.Run(fmt.Sprintf("%s %s %s", name, shown, when), func(t *testing.T) {
					s := stateOf(t, trainerOf(t, small()))
					for i := range s.Tensors {
						if s.Tensors[i].Name == name {
							s.Tensors[i].Values[1%len(s.Tensors[i].Values)] = v
						}
					}
					trainer := trainerOf(t, small())
					must(t, trainer.Restore(s, 0))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if when == "interrupted at once" {
						cancel()
					}
					err := trainer.Run(ctx, guarded(t, model.RunOptions{Steps: 1}))
					if _, ok := errors.AsType[*model.NonFiniteError](err); !ok {
						t.Errorf("got %v, want a *NonFiniteError", err)
					}
				})
			}
		}
	}
}

// countdown is a context that ends after it was asked n times.
type countdown struct {
	context.Context
	n int
}

func (c *countdown) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruptedTooLate: an interrupted run that cannot be saved tells the step that went wrong, though
// nobody had looked until then.
func TestInterruptedTooLate(t *testing.T) {
	first := trainerOf(t, small())
	run(t, first, model.RunOptions{Steps: 10})
	trainer := newTrainer(t, &paced{Device: device(t), least: 11 * time.Millisecond}, small(), noiseSet(t, 21, small()))
	must(t, trainer.Restore(stateOf(t, first), 0))
	must(t, trainer.Poison("discriminator.0.weight", 0, nonFinite["NaN"]))
	err := trainer.Run(&countdown{t.Context(), 3}, guarded(t, model.RunOptions{Steps: 99}))
	e, ok := errors.AsType[*model.NonFiniteError](err)
	if !ok || e.Step != 11 || trainer.Step() != 13 || errors.Is(err, context.Canceled) {
		t.Errorf("got %v at step %d, want step 11's *NonFiniteError at step 13", err, trainer.Step())
	}
}

// guarded fails the test when something that is not finite is saved or shown.
func guarded(t *testing.T, p model.RunOptions) model.RunOptions {
	finite := func(what string, values ...float64) {
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s holds %v", what, v)
				return
			}
		}
	}
	p.Save = func(s *model.State) error {
		for _, w := range s.Tensors {
			finite("saved "+w.Name, wide(w.Values)...)
		}
		return nil
	}
	p.Display = func(m model.Metrics) error {
		finite("metrics", m.GLoss, m.DLoss, m.DReal, m.DFake, m.Value, m.JSD)
		return nil
	}
	p.Progress = func(m model.Metrics) error {
		finite("progress", m.GLoss, m.DLoss, m.Convergence)
		return nil
	}
	return p
}
