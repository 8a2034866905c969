package model_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/model"
)

// paced is a device whose steps take at least some time. It notes how many steps it is told to do at
// once.
type paced struct {
	kernels.Device
	least time.Duration
	told  []int
}

func (d *paced) Record(step func() error, scratch ...*tensor.Dense) (kernels.Step, error) {
	s, err := d.Device.Record(step, scratch...)
	return pacedStep{s, d}, err
}

type pacedStep struct {
	kernels.Step
	dev *paced
}

func (s pacedStep) RunMany(n int) error {
	s.dev.told = append(s.dev.told, n)
	time.Sleep(time.Duration(n) * s.dev.least)
	return s.Step.RunMany(n)
}

// TestStepsAtOnce: a run does many steps at once up to the next pause, but one at a time if each takes
// long or has its own upload. The weights are the same.
func TestStepsAtOnce(t *testing.T) {
	onCPU(t)
	c := small()
	images := noiseSet(t, 21, c)
	states := map[string]*model.State{}
	for _, test := range []struct {
		name  string
		least time.Duration
		set   *dataset.Set
		many  bool
	}{
		{"resident", 0, images, true},
		{"slow", 11 * time.Millisecond, images, false},
		{"streamed", 0, streamedSet(t, images), false},
	} {
		dev := &paced{Device: cpu(t, 1), least: test.least}
		trainer := newTrainer(t, dev, c, test.set)
		run(t, trainer, model.RunOptions{Steps: 14, DisplayEvery: 6, SaveEvery: 7})
		if trainer.Step() != 14 {
			t.Errorf("%s: at step %d, want 14", test.name, trainer.Step())
		}
		ends, sum := []int{}, 0
		for _, n := range dev.told {
			sum += n
			ends = append(ends, sum)
		}
		for _, pause := range []int{1, 6, 7, 12, 14} {
			if !slices.Contains(ends, pause) {
				t.Errorf("%s: steps %v at once leave no pause after step %d", test.name, dev.told, pause)
			}
		}
		if many := slices.Max(dev.told) > 1; many != test.many {
			t.Errorf("%s: steps %v at once", test.name, dev.told)
		}
		states[test.name] = stateOf(t, trainer)
	}
	if a, b := states["resident"].WeightHash(), states["slow"].WeightHash(); a != b {
		t.Errorf("weights hash to %s in single steps, to %s in many at once", b, a)
	}
	if a, b := states["resident"].WeightHash(), states["streamed"].WeightHash(); a != b {
		t.Errorf("weights hash to %s for a streamed set, to %s for a resident one", b, a)
	}
}

// TestManySteps: steps at once give the bits, the counters and the metrics of single steps, with a
// resume among them. What is not finite is found at the step where it was.
func TestManySteps(t *testing.T) {
	for name, f := range map[string]func(*model.Config){
		"plain": func(*model.Config) {}, "all at once": everythingAtOnce, "three discriminator steps": disSteps(3),
	} {
		t.Run(name, func(t *testing.T) {
			c := small(f)
			single, many, resumed := trainerOf(t, c), trainerOf(t, c), trainerOf(t, c)
			for range 35 {
				must(t, single.TrainSteps(1))
			}
			must(t, many.TrainSteps(12)) // one of ten and two of one
			path := filepath.Join(t.TempDir(), "middle")
			must(t, model.Save(path, stateOf(t, many)))
			middle, err := model.Load(path)
			must(t, err)
			must(t, resumed.Restore(middle, 0))
			must(t, resumed.TrainSteps(23))
			equal(t, stateOf(t, resumed), stateOf(t, single))
			a, err := single.Measure()
			must(t, err)
			b, err := resumed.Measure()
			must(t, err)
			if a != b {
				t.Errorf("metrics %+v after many steps at once, want %+v", b, a)
			}
			must(t, resumed.Check())
			must(t, resumed.Poison("discriminator.0.weight", 0, nonFinite["NaN"]))
			must(t, resumed.TrainSteps(20))
			wantNonFinite(t, resumed.Check(), 36)
		})
	}
}

// wantNonFinite fails unless err is a *NonFiniteError of the step.
func wantNonFinite(t *testing.T, err error, step uint32) {
	t.Helper()
	if e, ok := err.(*model.NonFiniteError); !ok || e.Step != step {
		t.Errorf("got %v, want a *NonFiniteError of step %d", err, step)
	}
}
