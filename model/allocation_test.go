package model_test

import (
	"testing"

	processor "gorgan/kernels/cpu"
	"gorgan/model"
)

// TestStepsAllocateNothing: a recorded step on the CPU makes no garbage, whatever it is
// made of, and so there is no collection to wait for while it is repeated.
func TestStepsAllocateNothing(t *testing.T) {
	onCPU(t)
	wide := model.Default() // enough work to be shared out
	wide.BatchSize = 32
	cases := map[string]model.Config{
		"the tutorial's nets":   wide,
		"simultaneous":          small(simultaneous),
		"three dis. steps":      small(disSteps(3)),
		"fresh noise":           small(freshNoise),
		"minimax, two layers":   small(loss("minimax"), twoLayers),
		"smoothed bce, adagrad": small(smoothing, optimizer("adagrad")),
		"sgd":                   small(optimizer("sgd")),
		"schedules":             small(optimizer("sgd"), func(c *model.Config) { c.LearningRateDecay, c.MomentumSteps = 0.9, 5 }),
		"average":               small(func(c *model.Config) { c.EMA = 0.9 }),
	}
	for name, f := range objectives() {
		cases[name] = small(f)
	}
	for name, f := range variants() {
		cases[name] = small(f)
	}
	for name, f := range dcgans() {
		cases[name] = small(f)
	}
	const runs = 10 // a stray allocation of the runtime counts for nothing then
	levels := processor.Levels()
	if testing.Short() { // as in package cpu
		levels = levels[:1]
	}
	for _, level := range levels {
		t.Run(level, func(t *testing.T) {
			t.Setenv(processor.LevelVar, level)
			for name, c := range cases {
				trainer := newTrainer(t, cpu(t, 2), c, noiseSet(t, c.BatchSize, c))
				for step, f := range map[string]func() error{"train": trainer.TrainStep, "measure": trainer.MeasureStep} {
					if n := testing.AllocsPerRun(runs, func() { must(t, f()) }); n > 0 {
						t.Errorf("%s: %s allocates %v times", name, step, n)
					}
				}
			}
		})
	}
}
