package main

import (
	"fmt"

	"gorgan/model"
	"gorgan/model/run"
)

// sameShapes ends a sentence about weights that do not fit.
const sameShapes = "; --config RUN/config.json gives nets of the same shapes"

// begin reads the weights that the run is to begin with, if there are such. A run that began and has no checkpoint yet
// must find the weights that it began with.
func (s *session) begin(ui *ui, path string) error {
	if path == "" {
		return nil
	}
	file, state, err := run.LoadModel(path)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	ui.sayConverted(file, state)
	hash := state.WeightHash()
	if was := s.InitialWeights; was != "" && hash != was {
		return fmt.Errorf("--from: the weights in %s are not those that the run began with: SHA-256 %.12s, was %.12s", file, hash, was)
	}
	s.from, s.InitialModel, s.InitialWeights = state, path, hash
	return nil
}

// take gives the trainer of a run at step 0 the weights that the run is to begin with.
func (s *session) take(ui *ui, t *model.Trainer) error {
	if s.from == nil {
		return nil
	}
	taken, err := t.Take(s.from)
	for _, note := range taken.Notes {
		ui.note("%s: %s", nearby(s.InitialModel), note)
	}
	if err != nil {
		return fmt.Errorf("--from %s: %w%s", nearby(s.InitialModel), err, sameShapes)
	}
	hint := ""
	if taken.Tensors < taken.Of {
		hint = sameShapes
	}
	ui.note("weights: %d of %d tensors begin as in %s, step %d, SHA-256 %.12s%s", taken.Tensors, taken.Of, nearby(s.InitialModel), s.from.Step, s.InitialWeights, hint)
	s.from = nil // which may be large
	return nil
}
