package model_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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

// TestOldPlanes: a checkpoint of stacked images that were planes, red before green before blue, makes
// the same images in the order of pixels, and goes on to the same weights but for the order of sums.
// Its files are of the last version whose stacked images were planes: of its 10 steps and of 10
// later, and the images that it made after 10.
func TestOldPlanes(t *testing.T) {
	load := func(path string) *model.State {
		s, err := model.Load(path)
		must(t, err)
		if !strings.HasPrefix(s.Note, "an older version wrote the checkpoint") || s.Config.Channels != 3 {
			t.Errorf("%s: note %q of %d channels", path, s.Note, s.Config.Channels)
		}
		return s
	}
	state := load("testdata/old_stacked.safetensors")
	c := state.Config
	var planes []float32
	text, err := os.ReadFile("testdata/old_stacked_images.json")
	must(t, err)
	must(t, json.Unmarshal(text, &planes))
	area := c.Height * c.Width
	want := make([]float64, len(planes))
	for i, v := range planes {
		image, channel, pixel := i/(3*area), i/area%3, i%area
		want[(image*area+pixel)*3+channel] = float64(v)
	}
	gen, err := model.NewGenerator(device(t), state, false)
	must(t, err)
	got, err := gen.Sample(c.Noise([]uint64{0, 1, 2}), nil)
	must(t, err)
	differs(t, "images", got, want, 1e-6, 0)

	trainer := newTrainer(t, device(t), c, noiseSet(t, 21, c))
	must(t, trainer.Restore(state, 0))
	run(t, trainer, model.RunOptions{Steps: 20})
	now := stateOf(t, trainer)
	for i, w := range load("testdata/old_stacked_later.safetensors").Tensors {
		differs(t, w.Name, now.Tensors[i].Values, wide(w.Values), 2e-7, 1e-3)
	}
	path := filepath.Join(t.TempDir(), "again")
	must(t, model.Save(path, now))
	if again, err := model.Load(path); err != nil || again.Note != "" {
		t.Errorf("saved again, it is loaded with the note %q, %v", again.Note, err)
	} else {
		equal(t, again, now)
	}
}
