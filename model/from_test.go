package model_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// TestTake: a run of the same nets begins with all weights of another, and with its average; the optimizer begins anew.
func TestTake(t *testing.T) {
	averaged := func(c *model.Config) { c.EMA = 0.9 }
	from := trained(t, averaged)
	for name, c := range map[string]struct {
		config  model.Config
		average *model.State // of which the average is taken
		notes   int
	}{
		"with average": {small(averaged, func(c *model.Config) { c.Seed = 8 }), from, 0},
		"without":      {small(func(c *model.Config) { c.Seed = 8 }), nil, 1},
		"optimizer":    {small(averaged, optimizer("sgd")), from, 0},
	} {
		t.Run(name, func(t *testing.T) {
			trainer := trainerOf(t, c.config)
			taken, err := trainer.Take(from)
			must(t, err)
			s := stateOf(t, trainer)
			if s.WeightHash() != from.WeightHash() || s.Step != 0 || taken.Tensors != taken.Of || taken.Of != 8 || len(taken.Notes) != c.notes {
				t.Errorf("step %d, %+v", s.Step, taken)
			}
			for _, have := range s.Tensors {
				if strings.HasPrefix(have.Name, "ema.") && !slices.Equal(have.Values, valuesOf(t, from, have.Name)) {
					t.Errorf("%s is not that of the model", have.Name)
				}
				if strings.HasPrefix(have.Name, "adam.") && slices.ContainsFunc(have.Values, func(v float32) bool { return v != 0 }) {
					t.Errorf("%s is not 0", have.Name)
				}
			}
		})
	}
	plain := trained(t)
	trainer := trainerOf(t, small(averaged))
	_, err := trainer.Take(plain)
	must(t, err)
	s := stateOf(t, trainer)
	if got, want := valuesOf(t, s, "ema.generator.0.weight"), valuesOf(t, plain, "generator.0.weight"); !slices.Equal(got, want) {
		t.Error("of a model without an average, the average does not begin as its weights")
	}
}

// TestTakeSome: what does not fit is named, and stays as the seed made it.
func TestTakeSome(t *testing.T) {
	from := trained(t)
	wider := small(func(c *model.Config) { c.NoiseDim, c.DisHidden = 6, []int{6, 4} })
	trainer := trainerOf(t, wider)
	began := stateOf(t, trainer)
	taken, err := trainer.Take(from)
	must(t, err)
	want := []string{
		"generator.0.weight begins anew: its shape is [6 8], and [5 8] in the model",
		"discriminator.1.weight begins anew: its shape is [6 4], and [6 1] in the model",
		"discriminator.1.bias begins anew: its shape is [4], and [1] in the model",
		"discriminator.2.weight begins anew: there is none in the model",
		"discriminator.2.bias begins anew: there is none in the model",
	}
	if !slices.Equal(taken.Notes, want) || taken.Tensors != 5 || taken.Of != 10 {
		t.Errorf("got %+v, want %q", taken, want)
	}
	s := stateOf(t, trainer)
	for _, have := range s.Tensors {
		if !strings.HasPrefix(have.Name, "generator.") && !strings.HasPrefix(have.Name, "discriminator.") {
			continue
		}
		of := from
		if slices.ContainsFunc(want, func(note string) bool { return strings.HasPrefix(note, have.Name+" ") }) {
			of = began
		}
		if !slices.Equal(have.Values, valuesOf(t, of, have.Name)) {
			t.Errorf("%s has other values", have.Name)
		}
	}

	narrower := trainerOf(t, small(func(c *model.Config) { c.DisHidden = nil; c.Height, c.Width = 2, 2 }))
	taken, err = narrower.Take(from)
	must(t, err)
	if last := taken.Notes[len(taken.Notes)-1]; last != "discriminator.1.weight of the model is left out: the nets have none" {
		t.Errorf("the last of %q", taken.Notes)
	}
	none := trainerOf(t, small(func(c *model.Config) { c.NoiseDim, c.GenHidden, c.DisHidden, c.Height, c.Width = 2, nil, nil, 2, 2 }))
	if _, err = none.Take(from); err == nil || err.Error() != "model: no layer of the nets has weights of the name and the shape of one in the model" {
		t.Errorf("got %v", err)
	}
	if _, err = trainer.Take(from); err != nil {
		t.Error(err)
	}
	run(t, trainer, model.RunOptions{Steps: 1})
	if _, err = trainer.Take(from); err == nil || !strings.Contains(err.Error(), "the trainer is at step 1") {
		t.Errorf("got %v", err)
	}
}

// TestTakeRepeats: a run from trained weights has the same bits again, also when it is resumed; and other bits than one
// without.
func TestTakeRepeats(t *testing.T) {
	from := trained(t)
	c := small(func(c *model.Config) { c.Seed, c.EMA = 9, 0.9 })
	begin := func() *model.Trainer {
		trainer := trainerOf(t, c)
		_, err := trainer.Take(from)
		must(t, err)
		return trainer
	}
	whole, parts := begin(), begin()
	run(t, whole, model.RunOptions{Steps: 6})
	path := filepath.Join(t.TempDir(), "last")
	run(t, parts, model.RunOptions{Steps: 3, Save: func(s *model.State) error { return model.Save(path, s) }})
	equal(t, finish(t, trainerOf(t, c), path, 6), stateOf(t, whole))
	alone := trainerOf(t, c)
	run(t, alone, model.RunOptions{Steps: 6})
	if stateOf(t, alone).WeightHash() == stateOf(t, whole).WeightHash() {
		t.Error("the weights that the run began with make no difference")
	}
}

// valuesOf returns the values of a state's tensor.
func valuesOf(t *testing.T, s *model.State, name string) []float32 {
	t.Helper()
	for _, have := range s.Tensors {
		if have.Name == name {
			return have.Values
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}
