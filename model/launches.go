package model

import (
	"slices"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/kernels/tape"
)

// Launches is a training step as launches, and the order that they need.
type Launches struct {
	Device   string   `json:"device"`
	Config   Config   `json:"config"`
	Launches []Launch `json:"launches"` // in the order of the step
	Edges    int      `json:"edges"`    // the numbers in all After
	// Critical is the number of launches on a path that no other path is longer than.
	Critical int `json:"critical"`
}

// Launch is one launch of a step.
type Launch struct {
	Number int    `json:"number"` // from 1
	Name   string `json:"name"`
	Sizes  []int  `json:"sizes"`
	// After are the numbers of the launches that it must come right after. What follows from them
	// by way of other launches is left out.
	After    []int `json:"after"`
	Critical bool  `json:"on_critical_path"`
}

// ListLaunches returns the launches that dev makes in a training step of c with the images of set.
// If unfused is true, the loss is computed in four kernels, as the tutorial does. It returns the errors
// of NewTrainer. Its memory on dev is free only after dev is closed.
func ListLaunches(dev kernels.Device, c Config, set *dataset.Set, unfused bool) (*Launches, error) {
	_, step, err := recordedTrainer(dev, c, set, unfused)
	if err != nil {
		return nil, err
	}
	g := tape.Dependences(step.Calls)
	path := g.Critical(nil)
	l := &Launches{Device: dev.Name(), Config: c, Edges: g.Edges(), Critical: len(path)}
	for i, call := range step.Calls {
		after := make([]int, 0, len(g.Direct[i]))
		for _, earlier := range g.Direct[i] {
			after = append(after, earlier+1)
		}
		l.Launches = append(l.Launches, Launch{i + 1, call.Name(), call.Sizes(), after, slices.Contains(path, i)})
	}
	return l, nil
}
