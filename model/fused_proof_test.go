package model_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/fuse"
	"gorgan/kernels/tape"
	"gorgan/kernels/tape/tapetest"
	"gorgan/model"
)

// recordFused makes TestFusedLaunches write its results instead of comparing them.
var recordFused = flag.Bool("record-fused", false, "write testdata/fused.json anew")

// fusedPTX makes TestFusedLaunches write the texts of launches that do the work of several.
var fusedPTX = flag.String("fused-ptx", "", "write the PTX of joined launches to this folder")

const fusedFile = "testdata/fused.json"

// fusedStep is what a step of a config comes to.
type fusedStep struct {
	Recorded int            `json:"recorded"` // launches
	Fused    map[string]int `json:"fused"`    // launches, by the way to fuse
	Chain    int            `json:"chain"`    // launches of own on the longest path of the step fused with own tiles
	Own      []string       `json:"own"`      // the launches of that step
}

// TestFusedLaunches compares the launches of a fused step of each preset with the recorded ones.
func TestFusedLaunches(t *testing.T) {
	long(t)
	onCPU(t)
	want := map[string]fusedStep{}
	if text, err := os.ReadFile(fusedFile); err == nil {
		must(t, json.Unmarshal(text, &want))
	}
	all := presetConfigs(t)
	maps.Copy(all, narrowConfigs(t))
	got, written := map[string]fusedStep{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		dev := cpu(t, 1)
		s := fusedStep{Fused: map[string]int{}}
		for how, o := range fusions {
			r := recordedOn(t, fused(dev, o), all[name])
			s.Fused[how] = len(r.Calls)
			if *fusedPTX != "" && !strings.HasPrefix(name, "loss") {
				writeJoined(t, *fusedPTX, name+"_"+how, r, written)
			}
			if how == "own" {
				s.Chain = len(tape.Dependences(r.Calls).Critical(nil))
				for _, c := range r.Calls {
					s.Own = append(s.Own, nameOf(c))
				}
			}
		}
		s.Recorded = len(recordedOn(t, tape.On(dev), all[name]).Calls)
		got[name] = s
		if w := want[name]; !*recordFused && fmt.Sprint(w) != fmt.Sprint(s) {
			t.Errorf("%s: a fused step has\n%+v\nwant\n%+v", name, s, w)
		}
	}
	if *recordFused {
		text, err := json.MarshalIndent(got, "", " ")
		must(t, err)
		must(t, os.WriteFile(fusedFile, append(text, '\n'), 0o644))
	}
	if n := got["tutorial"].Fused; n["own"] > 10 || n["cublas"] > 24 {
		t.Errorf("the tutorial's step has %v launches, want at most 10 with own tiles and 24 with cuBLAS", n)
	}
}

// writeJoined writes a file for each launch of s that was made for it, unless its text was written before.
func writeJoined(t *testing.T, folder, name string, s tape.Step, written map[string]bool) {
	for i, c := range s.Calls {
		if c.Kernel == nil || c.Kernel.Join == nil {
			continue
		}
		if text := c.Kernel.PTX(); !written[text] {
			written[text] = true
			file := fmt.Sprintf("%s_%02d.ptx", strings.ReplaceAll(name, " ", "_"), i)
			must(t, os.WriteFile(filepath.Join(folder, file), []byte(text), 0o644))
		}
	}
}

// nameOf is a call's name, with a + between the parts of a joined launch.
func nameOf(c tape.Call) string { return strings.ReplaceAll(c.Name(), "__", " + ") }

// recordedOn returns the training step of c, as it is after r.
func recordedOn(t *testing.T, r *tape.Recorder, c model.Config) tape.Step {
	t.Helper()
	newTrainer(t, r, c, noiseSet(t, 2*c.BatchSize*c.Stack, c))
	return r.Steps[0]
}

// TestFusedOrder proves for fused steps what TestOrder does for others.
func TestFusedOrder(t *testing.T) {
	eachFused(t, []string{"cublas", "own"}, func(t *testing.T, c model.Config, o fuse.Options) {
		recorder := fused(cpu(t, 1), o)
		run(t, newTrainer(t, recorder, c, noiseSet(t, 5*c.BatchSize*c.Stack, c)), model.RunOptions{Steps: 3})
		step := recorder.Steps[0]
		must(t, tapetest.Accesses(recorder.Device, step))
		must(t, tapetest.Races(step.Calls, tape.Dependences(step.Calls)))
		must(t, tapetest.Orders(recorder.Device, step, 4))
	})
}

// TestFusedGraph: a fused step recorded on a device has the bits of its calls made one by one.
func TestFusedGraph(t *testing.T) {
	all := fusedConfigs(t)
	for _, name := range []string{"even narrow tutorial", "even narrow best"} {
		for _, how := range []string{"cublas", "own"} {
			t.Run(how+"/"+name, func(t *testing.T) {
				var hashes [2]string
				for i, dev := range []kernels.Device{device(t), oneByOne{device(t)}} {
					trainer := newTrainer(t, fused(dev, fusions[how]), all[name], noiseSet(t, 5*all[name].BatchSize, all[name]))
					run(t, trainer, model.RunOptions{Steps: 3})
					hashes[i] = stateOf(t, trainer).WeightHash()
				}
				if hashes[0] != hashes[1] {
					t.Errorf("the weights after 3 steps have hash %.12s, want %.12s", hashes[0], hashes[1])
				}
			})
		}
	}
}

// oneByOne is a device that makes the calls of a step each time, and records nothing.
type oneByOne struct{ kernels.Device }

func (d oneByOne) Record(step func() error, _ ...*tensor.Dense) (kernels.Step, error) {
	return calls(step), nil
}

type calls func() error

func (c calls) Run() error { return c() }

func (c calls) RunMany(n int) error { return kernels.RunEach(c, n) }

// TestFusedResume: a fused run that goes on from a state has the bits of the run that the state is of.
func TestFusedResume(t *testing.T) {
	eachFused(t, []string{"own"}, func(t *testing.T, c model.Config, o fuse.Options) {
		trainer := func() *model.Trainer {
			return newTrainer(t, fused(cpu(t, 2), o), c, noiseSet(t, 5*c.BatchSize*c.Stack, c))
		}
		first, second := trainer(), trainer()
		run(t, first, model.RunOptions{Steps: 2})
		must(t, second.Restore(stateOf(t, first), 0))
		run(t, first, model.RunOptions{Steps: 5})
		run(t, second, model.RunOptions{Steps: 5})
		if a, b := stateOf(t, first).WeightHash(), stateOf(t, second).WeightHash(); a != b {
			t.Errorf("the weights have hash %.12s, want %.12s", b, a)
		}
	})
}

// TestFusedHealth: a step reports the same for a NaN or an infinity anywhere in the state, fused or not.
func TestFusedHealth(t *testing.T) {
	long(t)
	onCPU(t)
	all := fusedConfigs(t)
	for name, ways := range map[string][]string{"even narrow tutorial": {"cublas", "own"}, "even narrow best": {"own"}, "even loss wgan": {"own"}} {
		for _, how := range ways {
			t.Run(how+"/"+name, func(t *testing.T) {
				c, set := all[name], noiseSet(t, 5*all[name].BatchSize, all[name])
				plain, other := cpu(t, 1), fused(cpu(t, 1), fusions[how])
				start := stateOf(t, newTrainer(t, plain, c, set))
				for n := range start.Tensors {
					values := start.Tensors[n].Values
					at, shown := len(values)/2, []string{"NaN", "+Inf", "-Inf"}[n%3]
					before := values[at]
					values[at] = nonFinite[shown]
					want, got := reported(t, newTrainer(t, plain, c, set), start), reported(t, newTrainer(t, other, c, set), start)
					if got != want {
						t.Errorf("%s in %s: got %q, want %q", shown, start.Tensors[n].Name, got, want)
					}
					values[at] = before
				}
			})
		}
	}
}

// reported returns the step, the net and the tensor of the error of two steps from start, or nothing.
func reported(t *testing.T, trainer *model.Trainer, start *model.State) string {
	t.Helper()
	must(t, trainer.Restore(start, 0))
	err := trainer.Run(t.Context(), model.RunOptions{Steps: 2})
	if e, ok := errors.AsType[*model.NonFiniteError](err); ok {
		return fmt.Sprintf("step %d, %s: %s", e.Step, e.Net, e.Tensor)
	}
	must(t, err)
	return ""
}
