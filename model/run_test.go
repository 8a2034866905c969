package model_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/model"
)

// TestInterrupted: a run that is cancelled saves where it is, and goes on from there
// to the same weights.
func TestInterrupted(t *testing.T) {
	whole := trainerOf(t, small())
	run(t, whole, model.Plan{Steps: 20})
	for name, cancel := range map[string]func(context.Context) (context.Context, func()){
		"cancel": func(ctx context.Context) (context.Context, func()) { return context.WithCancel(ctx) },
		// As a signal does.
		"cause": func(ctx context.Context) (context.Context, func()) {
			ctx, f := context.WithCancelCause(ctx)
			return ctx, func() { f(errors.New("interrupt")) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "last")
			ctx, stop := cancel(t.Context())
			defer stop()
			var saved []uint32
			err := trainerOf(t, small()).Run(ctx, model.Plan{
				Steps: 20, DisplayEvery: 7,
				Display: func(m model.Metrics) error {
					if m.Step == 7 {
						stop()
					}
					return nil
				},
				Save: func(s *model.State) error {
					saved = append(saved, s.Step)
					return model.Save(path, s)
				},
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got error %v, want context.Canceled", err)
			}
			if !slices.Equal(saved, []uint32{7}) {
				t.Fatalf("saved steps %v, want 7", saved)
			}
			equal(t, finish(t, trainerOf(t, small()), path, 20), stateOf(t, whole))
		})
	}
}

// TestInterruptedAtOnce: a run that never begins is saved too, from either source.
func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, set := range map[string]*dataset.Set{"resident": noiseSet(t, 21, small()), "streamed": streamedSet(t, noiseSet(t, 21, small()))} {
		var saved []uint32
		err := newTrainer(t, device(t), small(), set).Run(ctx, model.Plan{Steps: 9, Save: func(s *model.State) error {
			saved = append(saved, s.Step)
			return nil
		}})
		if !errors.Is(err, context.Canceled) || !slices.Equal(saved, []uint32{0}) {
			t.Errorf("%s: got %v and saved steps %v, want context.Canceled and step 0", name, err, saved)
		}
	}
}

// TestPlan: who is told of which steps.
func TestPlan(t *testing.T) {
	var displayed, saved, told []uint32
	note := func(list *[]uint32, step uint32) error {
		*list = append(*list, step)
		return nil
	}
	plan := model.Plan{
		Steps: 110, DisplayEvery: 30, SaveEvery: 40,
		Progress: func(step uint32, _, _ float64) error { return note(&told, step) },
		Display:  func(m model.Metrics) error { return note(&displayed, m.Step) },
		Save:     func(s *model.State) error { return note(&saved, s.Step) },
	}
	trainer := trainerOf(t, small())
	run(t, trainer, plan)
	run(t, trainer, plan) // there is nothing left to do
	for _, c := range []struct {
		what      string
		got, want []uint32
	}{
		{"displayed", displayed, []uint32{1, 30, 60, 90, 110}},
		{"saved", saved, []uint32{40, 80, 110}},
		{"told", told, []uint32{1, 30, 40, 50, 60, 80, 90, 100, 110}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s %v, want %v", c.what, c.got, c.want)
		}
	}
}

// TestPlanErrors: the error of a function ends the run and comes back.
func TestPlanErrors(t *testing.T) {
	failed := errors.New("the disk is full")
	for name, plan := range map[string]model.Plan{
		"display":  {Display: func(model.Metrics) error { return failed }},
		"save":     {Save: func(*model.State) error { return failed }},
		"progress": {Progress: func(uint32, float64, float64) error { return failed }},
	} {
		t.Run(name, func(t *testing.T) {
			plan.Steps, plan.DisplayEvery, plan.SaveEvery = 9, 1, 1
			trainer := trainerOf(t, small())
			if err := trainer.Run(t.Context(), plan); !errors.Is(err, failed) {
				t.Errorf("got %v, want %v", err, failed)
			}
			if trainer.Step() != 1 {
				t.Errorf("ran to step %d, want 1", trainer.Step())
			}
		})
	}
	// Both reasons are told when an interrupted run cannot be saved.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := trainerOf(t, small()).Run(ctx, model.Plan{Steps: 1, Save: func(*model.State) error { return failed }})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, failed) {
		t.Errorf("got %v, want both reasons", err)
	}
}
