package model_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"gorgan/kernels"
	processor "gorgan/kernels/cpu"
	"gorgan/kernels/tape"
	"gorgan/model"
)

// recordSteps makes TestSameSteps write its results instead of comparing them.
var recordSteps = flag.Bool("record-steps", false, "write testdata/steps.json anew")

const stepsFile = "testdata/steps.json"

// recordedStep is the launches and the results of a training step of one config.
type recordedStep struct {
	Launches []string          `json:"launches"` // "3 × bias_relu [128 256]", sorted
	Weights  map[string]string `json:"weights"`  // the weight hash after 20 steps, by CPU level or device
}

// TestSameSteps compares the launches of a step, and the weights after 20 steps, with the recorded
// ones. It does so for every preset, and for narrow nets of every preset and every loss. A change
// that must keep the training must keep the file. The widest presets with purego take a minute: they
// are left out, unless the environment has GORGAN_STEPS=all or they are recorded. TestChain of kernels/cpu
// holds that a product has the same order of sums at each width.
func TestSameSteps(t *testing.T) {
	long(t)
	want := map[string]recordedStep{}
	if text, err := os.ReadFile(stepsFile); err == nil {
		must(t, json.Unmarshal(text, &want))
	}
	check := func(t *testing.T, name, on string, dev kernels.Device, c model.Config) {
		got := twentySteps(t, dev, c)
		w := want[name]
		if *recordSteps {
			if w.Weights == nil {
				w.Weights = map[string]string{}
			}
			w.Launches, w.Weights[on] = got.Launches, got.Weights[""]
			want[name] = w
			return
		}
		if !slices.Equal(got.Launches, w.Launches) {
			t.Errorf("launches of a step are\n%s\nwant\n%s", strings.Join(got.Launches, "\n"), strings.Join(w.Launches, "\n"))
		}
		if recorded, ok := w.Weights[on]; ok && got.Weights[""] != recorded {
			t.Errorf("the weights after 20 steps have hash %.12s, want %.12s", got.Weights[""], recorded)
		} else if !ok {
			t.Logf("no weights are recorded for %s", on)
		}
	}
	narrow := narrowConfigs(t)
	if deviceName() != "cpu" {
		dev := device(t)
		for _, name := range slices.Sorted(maps.Keys(narrow)) {
			t.Run(name, func(t *testing.T) { check(t, name, dev.Name(), dev, narrow[name]) })
		}
	} else {
		full := presetConfigs(t)
		// With purego nets of convolutions take minutes. Narrow nets stand for them.
		maps.DeleteFunc(full, func(_ string, c model.Config) bool { return c.Arch != model.MLP })
		everything := *recordSteps || os.Getenv("GORGAN_STEPS") == "all"
		for _, level := range processor.Levels() {
			t.Setenv(processor.LevelVar, level)
			dev := cpu(t, 2)
			for _, all := range []map[string]model.Config{narrow, full} {
				for _, name := range slices.Sorted(maps.Keys(all)) {
					if level == "purego" && slices.Contains([]string{"best", "paper", "stacked"}, name) && !everything {
						continue
					}
					t.Run(level+"/"+name, func(t *testing.T) { check(t, name, level, dev, all[name]) })
				}
			}
		}
	}
	if *recordSteps {
		text, err := json.MarshalIndent(want, "", " ")
		must(t, err)
		must(t, os.WriteFile(stepsFile, append(text, '\n'), 0o644))
	}
}

// twentySteps trains c on noise; the hash is under the empty name.
func twentySteps(t *testing.T, dev kernels.Device, c model.Config) recordedStep {
	t.Helper()
	recorder := tape.On(dev)
	images := c.BatchSize + 17 // an epoch ends in the middle of a batch
	trainer := newTrainer(t, recorder, c, noiseSet(t, images*c.Stack/min(c.Stack, 2), c))
	run(t, trainer, model.RunOptions{Steps: 20})
	count := map[string]int{}
	for _, call := range recorder.Steps[0].Calls {
		count[call.String()]++
	}
	var launches []string
	for what, n := range count {
		launches = append(launches, fmt.Sprintf("%d × %s", n, what))
	}
	slices.SortFunc(launches, func(a, b string) int {
		_, x, _ := strings.Cut(a, "×")
		_, y, _ := strings.Cut(b, "×")
		return strings.Compare(x, y)
	})
	return recordedStep{launches, map[string]string{"": stateOf(t, trainer).WeightHash()}}
}

// presetConfigs are the configs of the presets, by their names.
func presetConfigs(t *testing.T) map[string]model.Config {
	t.Helper()
	files, err := filepath.Glob("../cmd/gorgan/presets/*.toml")
	must(t, err)
	all := map[string]model.Config{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		settings := map[string]any{}
		must(t, toml.Unmarshal(text, &settings))
		for _, ofTheRun := range []string{"images", "steps", "display_every", "save_every"} {
			delete(settings, ofTheRun)
		}
		text, err = json.Marshal(settings)
		must(t, err)
		c, err := model.ParseConfig(bytes.TrimSpace(text))
		must(t, err)
		all[strings.TrimSuffix(filepath.Base(file), ".toml")] = c
	}
	if len(all) < 5 {
		t.Fatalf("found %d presets, want at least 5", len(all))
	}
	return all
}

// narrowConfigs are the presets, the losses and the heads with nets and images that the simulated
// device gets through in a second.
func narrowConfigs(t *testing.T) map[string]model.Config {
	t.Helper()
	narrow := func(c model.Config) model.Config {
		shrink := func(widths []int) (all []int) {
			for _, w := range widths {
				all = append(all, max(w/16, 8))
			}
			return all
		}
		c.GenHidden, c.DisHidden = shrink(c.GenHidden), shrink(c.DisHidden)
		c.Height, c.Width, c.BatchSize, c.NoiseDim, c.NetWidth = 7, 6, 8, 9, 3
		switch c.Arch {
		case model.DCGAN:
			c.Height, c.Width = 16, 8
		case model.Layers: // their text says the size
			c.Height, c.Width = 8, 8
		}
		return c
	}
	all := map[string]model.Config{}
	for name, c := range presetConfigs(t) {
		if c.Arch != model.Layers { // the text of a preset is for the size of its images
			all["narrow "+name] = narrow(c)
		}
	}
	for name, f := range dcgans() {
		c := model.Default()
		f(&c)
		all["nets "+name] = narrow(c)
	}
	for name, f := range objectives() {
		c := narrow(model.Default())
		f(&c)
		all["loss "+name] = c
	}
	for _, name := range []string{"classes by projection", "classifier", "codes"} {
		c := narrow(model.Default())
		variants()[name](&c)
		all["heads "+name] = c
	}
	return all
}
