package model_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gorgan/dataset"
	"gorgan/model"
)

// TestInterrupted: a run that is cancelled saves its state, and resumes from it to the same weights.
func TestInterrupted(t *testing.T) {
	whole := trainerOf(t, small())
	run(t, whole, model.RunOptions{Steps: 20})
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
			err := trainerOf(t, small()).Run(ctx, model.RunOptions{
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

// TestInterruptedAtOnce: a run that is cancelled before its first step is saved too, with either
// kind of data set.
func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, set := range map[string]*dataset.Set{"resident": noiseSet(t, 21, small()), "streamed": streamedSet(t, noiseSet(t, 21, small()))} {
		var saved []uint32
		err := newTrainer(t, device(t), small(), set).Run(ctx, model.RunOptions{Steps: 9, Save: func(s *model.State) error {
			saved = append(saved, s.Step)
			return nil
		}})
		if !errors.Is(err, context.Canceled) || !slices.Equal(saved, []uint32{0}) {
			t.Errorf("%s: got %v and saved steps %v, want context.Canceled and step 0", name, err, saved)
		}
	}
}

// TestRunOptions: which function is called for which steps.
func TestRunOptions(t *testing.T) {
	var displayed, saved, told, evaluated []uint32
	note := func(list *[]uint32, step uint32) error {
		*list = append(*list, step)
		return nil
	}
	options := model.RunOptions{
		Steps: 110, DisplayEvery: 30, SaveEvery: 40, EvaluateEvery: 25,
		Progress: func(m model.Metrics) error { return note(&told, m.Step) },
		Display:  func(m model.Metrics) error { return note(&displayed, m.Step) },
		Save:     func(s *model.State) error { return note(&saved, s.Step) },
		Evaluate: func(step uint32) error {
			if len(saved) == 0 || saved[len(saved)-1] != step {
				t.Errorf("step %d is evaluated before it is saved", step)
			}
			return note(&evaluated, step)
		},
	}
	trainer := trainerOf(t, small())
	run(t, trainer, options)
	run(t, trainer, options) // there is nothing left to do
	for _, c := range []struct {
		what      string
		got, want []uint32
	}{
		{"displayed", displayed, []uint32{1, 30, 60, 90, 110}},
		{"saved", saved, []uint32{25, 40, 50, 75, 80, 100, 110}},
		{"evaluated", evaluated, []uint32{25, 50, 75, 100, 110}},
		{"told", told, []uint32{1, 25, 30, 40, 50, 60, 75, 80, 90, 100, 110}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s %v, want %v", c.what, c.got, c.want)
		}
	}
}

// TestEvaluateBetweenSteps: Evaluate may sample. This changes neither the weights nor the seconds
// and images per second of the metrics.
func TestEvaluateBetweenSteps(t *testing.T) {
	const pause = 50 * time.Millisecond
	whole := trainerOf(t, small())
	run(t, whole, model.RunOptions{Steps: 20})
	trainer := trainerOf(t, small())
	began, last := time.Now(), model.Metrics{}
	run(t, trainer, model.RunOptions{
		Steps: 20, DisplayEvery: 10, EvaluateEvery: 5,
		Display: func(m model.Metrics) error { last = m; return nil },
		Evaluate: func(uint32) error {
			time.Sleep(pause)
			seeds := []uint64{0, 1, 2}
			_, err := trainer.Sample(small().Noise(seeds), nil)
			return err
		},
	})
	most := (time.Since(began) - 4*pause).Seconds()
	equal(t, stateOf(t, trainer), stateOf(t, whole))
	if last.Seconds > most {
		t.Errorf("%v seconds spent training, of %v", last.Seconds, most)
	}
	if since := float64(10*small().BatchSize) / last.ImagesPerSecond; since > most {
		t.Errorf("%v seconds between displays, of %v", since, most)
	}
	run(t, trainerOf(t, small()), model.RunOptions{Steps: 1, Evaluate: func(uint32) error {
		t.Error("a run is evaluated that was not to be")
		return nil
	}})
}

// TestRunOptionsErrors: the error of a function ends the run, and Run returns it.
func TestRunOptionsErrors(t *testing.T) {
	failed := errors.New("the disk is full")
	for name, options := range map[string]model.RunOptions{
		"display":  {Display: func(model.Metrics) error { return failed }},
		"save":     {Save: func(*model.State) error { return failed }},
		"progress": {Progress: func(model.Metrics) error { return failed }},
		"evaluate": {Evaluate: func(uint32) error { return failed }, EvaluateEvery: 1},
	} {
		t.Run(name, func(t *testing.T) {
			options.Steps, options.DisplayEvery, options.SaveEvery = 9, 1, 1
			trainer := trainerOf(t, small())
			if err := trainer.Run(t.Context(), options); !errors.Is(err, failed) {
				t.Errorf("got %v, want %v", err, failed)
			}
			if trainer.Step() != 1 {
				t.Errorf("ran to step %d, want 1", trainer.Step())
			}
		})
	}
}

// TestUnsaved: the error of an interrupted run that cannot be saved is not that of an interrupted
// run. It names the step and the error of saving.
func TestUnsaved(t *testing.T) {
	full := errors.New("the disk is full")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := trainerOf(t, small()).Run(ctx, model.RunOptions{Steps: 1, Save: func(*model.State) error { return full }})
	if errors.Is(err, context.Canceled) || !errors.Is(err, full) {
		t.Errorf("got %v, want it to be %v and not the context's", err, full)
	}
	contains(t, err, "interrupted at step 0, which is not saved: the disk is full")
	if _, ok := errors.AsType[*model.UnsavedError](err); !ok {
		t.Errorf("got %T", err)
	}
	unwritable := errors.New("no picture")
	err = trainerOf(t, small()).Run(t.Context(), model.RunOptions{Steps: 3, Display: func(model.Metrics) error { return unwritable },
		Save: func(*model.State) error { return full }})
	contains(t, err, "no picture; and step 1 is not saved: the disk is full")
}

// TestStoppedIsSaved: after an error that leaves the state sound, the state is saved.
func TestStoppedIsSaved(t *testing.T) {
	failed := errors.New("no picture")
	at := func(step uint32) func(model.Metrics) error {
		return func(m model.Metrics) error {
			if m.Step == step {
				return failed
			}
			return nil
		}
	}
	for name, options := range map[string]model.RunOptions{
		"display":  {DisplayEvery: 3, Display: at(3)},
		"measured": {MeasureEvery: 3, Measured: at(3)},
		"progress": {DisplayEvery: 3, Progress: func(m model.Metrics) error { return at(3)(m) }},
		"evaluate": {EvaluateEvery: 3, Evaluate: func(uint32) error { return failed }},
	} {
		t.Run(name, func(t *testing.T) {
			var saved, noted []uint32
			if options.Measured == nil {
				options.MeasureEvery = 1
				options.Measured = func(m model.Metrics) error { noted = append(noted, m.Step); return nil }
			}
			options.Steps, options.Save = 9, func(s *model.State) error { saved = append(saved, s.Step); return nil }
			if err := trainerOf(t, small()).Run(t.Context(), options); !errors.Is(err, failed) {
				t.Errorf("got %v, want %v", err, failed)
			}
			if !slices.Equal(saved, []uint32{3}) {
				t.Errorf("saved steps %v, want 3 once", saved)
			}
			if name != "measured" && !slices.Equal(noted, []uint32{1, 2, 3}) {
				t.Errorf("noted the metrics of steps %v, want those up to the one that is saved", noted)
			}
		})
	}
}

// TestMeasured: Measured gets the metrics of every third step and of display steps, each once, and
// no weight changes by it.
func TestMeasured(t *testing.T) {
	var measured, displayed []uint32
	trainer, plain := trainerOf(t, small()), trainerOf(t, small())
	run(t, trainer, model.RunOptions{Steps: 10, MeasureEvery: 3, DisplayEvery: 4,
		Measured: func(m model.Metrics) error { measured = append(measured, m.Step); return nil },
		Display:  func(m model.Metrics) error { displayed = append(displayed, m.Step); return nil }})
	if !slices.Equal(measured, []uint32{1, 3, 4, 6, 8, 9, 10}) || !slices.Equal(displayed, []uint32{1, 4, 8, 10}) {
		t.Errorf("measured %v, displayed %v", measured, displayed)
	}
	run(t, plain, model.RunOptions{Steps: 10})
	equal(t, stateOf(t, trainer), stateOf(t, plain))
}
