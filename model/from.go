package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"gorgan/dataset/excerpt"
)

// Taken says which weights of an older run a new one begins with.
type Taken struct {
	Tensors, Of int // how many of the nets' tensors were taken, and how many the nets have
	// Notes has a sentence for each tensor of either run that was not taken.
	Notes []string
}

// Take copies trained weights to a trainer that has done no steps: all tensors of both nets whose names and shapes s has
// too. The others stay as the seed made them. The optimizer begins anew. An average of G's weights begins as that of s or,
// if s has none, as the weights. It returns an error if the trainer has done steps, if the weights of no layer fit, or if the device
// fails; then the trainer cannot be used.
func (t *Trainer) Take(s *State) (Taken, error) {
	var taken Taken
	if t.step > 0 {
		return taken, fmt.Errorf("model: the trainer is at step %d, and takes the weights of another run at step 0 alone", t.step)
	}
	g, fits, weights := t.game, map[string]bool{}, 0
	err := g.visit(func(name string, shape []int, to *tensor.Dense) error {
		if !ofNets(name) {
			return nil
		}
		taken.Of++
		i, ok := s.find(name)
		switch {
		case !ok:
			taken.Notes = append(taken.Notes, fmt.Sprintf("%s begins anew: there is none in the model", name))
			return nil
		case !slices.Equal(s.Tensors[i].Shape, shape):
			fits[name] = false
			taken.Notes = append(taken.Notes, fmt.Sprintf("%s begins anew: its shape is %v, and %v in the model", name, shape, s.Tensors[i].Shape))
			return nil
		}
		fits[name] = true
		taken.Tensors++
		if strings.HasSuffix(name, ".weight") {
			weights++
		}
		return g.dev.Upload(to, s.Tensors[i].Values)
	})
	if err != nil {
		return taken, err
	}
	for _, have := range s.Tensors {
		if _, known := fits[have.Name]; !known && ofNets(have.Name) {
			taken.Notes = append(taken.Notes, fmt.Sprintf("%s of the model is left out: the nets have none", excerpt.Of(have.Name)))
		}
	}
	if weights == 0 { // biases of one value fit by chance
		return taken, errors.New("model: no layer of the nets has weights of the name and the shape of one in the model")
	}
	if g.average == nil && s.Config.EMA > 0 {
		taken.Notes = append(taken.Notes, "the average of the generator's weights in the model is left out, as ema is 0 here: its weights themselves are taken")
	}
	if s.Config.Classes == t.game.config.Classes && renamed(t.names, s.ClassNames) != nil {
		taken.Notes = append(taken.Notes, fmt.Sprintf("the classes had other names in the model, of which the weights are taken in their order: %s", strings.Join(excerpts(s.ClassNames), ", ")))
	}
	return taken, t.takeAverage(s, fits)
}

// takeAverage begins the average of G's weights, after those are taken.
func (t *Trainer) takeAverage(s *State, fits map[string]bool) error {
	g := t.game
	if g.average == nil {
		return nil
	}
	if err := g.average.start(g.dev); err != nil {
		return err
	}
	for _, p := range g.average.net.Tensors {
		i, ok := s.find(averaged + p.Name)
		if !ok || !fits[p.Name] {
			continue
		}
		if err := g.dev.Upload(p.Value, s.Tensors[i].Values); err != nil {
			return err
		}
	}
	return nil
}

// ofNets reports whether a tensor belongs to a net, and not to an optimizer or to the average.
func ofNets(name string) bool {
	return strings.HasPrefix(name, "generator.") || strings.HasPrefix(name, "discriminator.")
}

// excerpts returns the first names of classes for a message.
func excerpts(names []string) (all []string) {
	const most = 10
	for i, name := range names {
		if i == most {
			return append(all, "…")
		}
		all = append(all, excerpt.Of(name))
	}
	return all
}
