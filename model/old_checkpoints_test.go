package model_test

import (
	"encoding/json"
	"os"
	"testing"

	processor "gorgan/kernels/cpu"
	"gorgan/model"
)

// oldCheckpoints are runs of which testdata holds the state after 10 steps.
func oldCheckpoints() map[string]model.Config {
	return map[string]model.Config{
		"everything": small(everythingAtOnce),
		"adagrad":    small(optimizer("adagrad"), loss("hinge"), r1r2),
		"sgd":        small(optimizer("sgd"), disSteps(2), func(c *model.Config) { c.MomentumSteps = 15 }),
	}
}

// TestOldCheckpoints resumes checkpoints that earlier versions wrote: 10 steps later the
// weights have the bits that they had in those versions. With -record-steps it writes them.
func TestOldCheckpoints(t *testing.T) {
	const hashes = "testdata/old_checkpoints.json"
	want := map[string]string{}
	if text, err := os.ReadFile(hashes); err == nil {
		must(t, json.Unmarshal(text, &want))
	}
	for name, c := range oldCheckpoints() {
		path := "testdata/old_" + name + ".safetensors"
		if *recordSteps {
			trainer := newTrainer(t, cpu(t, 2), c, noiseSet(t, 21, c))
			run(t, trainer, model.RunOptions{Steps: 10})
			must(t, model.Save(path, stateOf(t, trainer)))
		}
		for _, level := range processor.Levels() {
			t.Run(name+"/"+level, func(t *testing.T) {
				t.Setenv(processor.LevelVar, level)
				state, err := model.Load(path)
				must(t, err)
				trainer := newTrainer(t, cpu(t, 2), c, noiseSet(t, 21, c))
				must(t, trainer.Restore(state, 0))
				run(t, trainer, model.RunOptions{Steps: 20})
				got, key := stateOf(t, trainer).WeightHash(), name+" "+level
				if *recordSteps {
					want[key] = got
				} else if got != want[key] {
					t.Errorf("the weights have hash %.12s, want %.12s", got, want[key])
				}
			})
		}
	}
	if *recordSteps {
		text, err := json.MarshalIndent(want, "", " ")
		must(t, err)
		must(t, os.WriteFile(hashes, append(text, '\n'), 0o644))
	}
}
