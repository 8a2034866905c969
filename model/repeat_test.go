package model_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/model"
)

// large returns a config whose kernels are large enough to be shared among workers.
func large(c *model.Config) {
	c.GenHidden, c.DisHidden, c.BatchSize = []int{128}, []int{128}, 96
	if c.Arch != model.Layers { // their text says the size
		c.Height, c.Width = 12, 12
	}
}

func TestSameSeedSameBits(t *testing.T) {
	onCPU(t)
	// The random numbers and sums of a variant are shared among workers too.
	for name, f := range map[string]func(*model.Config){
		"plain": func(*model.Config) {}, "all at once": everythingAtOnce,
		"stacked":   stacked,
		"dcgan":     func(c *model.Config) { dcgans()["dcgan"](c); c.NetWidth, c.BatchSize = 20, 32 },
		"dcgan, r1": func(c *model.Config) { dcgans()["dcgan, r1 and r2"](c); c.NetWidth, c.BatchSize = 20, 32 },
		"layers":    dcgans()["layers, all"],
	} {
		t.Run(name, func(t *testing.T) { sameSeedSameBits(t, small(f, large)) })
	}
}

func sameSeedSameBits(t *testing.T, c model.Config) {
	set := noiseSet(t, 100, c)
	hash := func(workers, procs int, c model.Config) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		trainer := newTrainer(t, cpu(t, workers), c, set)
		run(t, trainer, model.RunOptions{Steps: 4})
		return stateOf(t, trainer).WeightHash()
	}
	want := hash(1, 1, c)
	for _, workers := range []int{1, 2, 5} {
		for _, procs := range []int{1, 2} {
			if got := hash(workers, procs, c); got != want {
				t.Errorf("with %d workers, GOMAXPROCS %d: hash %s, want %s", workers, procs, got, want)
			}
		}
	}
	c.Seed++
	if hash(1, 1, c) == want {
		t.Error("another seed gives the same weights")
	}
}

// TestResume: 20 steps are 10, a checkpoint and 10.
func TestResume(t *testing.T) {
	type change = func(*model.Config)
	cases := map[string]change{"three discriminator steps": disSteps(3), "fresh noise": freshNoise, "simultaneous": simultaneous}
	for _, name := range model.Optimizers() {
		cases[name] = optimizer(name)
	}
	cases["average"] = func(c *model.Config) { c.EMA = 0.9 }
	cases["schedules"] = func(c *model.Config) {
		c.Optimizer, c.LearningRateDecay, c.MomentumEnd, c.MomentumSteps = "sgd", 0.9, 0.5, 15
	}
	cases["marginals"] = func(c *model.Config) { c.GenBiasInit = model.MarginalBias }
	maps.Copy(cases, objectives())
	maps.Copy(cases, variants())
	maps.Copy(cases, dcgans())
	if deviceName() != "cpu" { // what a state holds does not depend on the device
		maps.DeleteFunc(cases, func(name string, _ change) bool {
			return !slices.Contains([]string{"three discriminator steps", "schedules", "all at once", "dcgan, spectral", "layers, all"}, name)
		})
	}
	for name, f := range cases {
		t.Run(name, func(t *testing.T) {
			c := small(f)
			whole := trainerOf(t, c)
			run(t, whole, model.RunOptions{Steps: 20})
			first := trainerOf(t, c)
			path := filepath.Join(t.TempDir(), "half")
			run(t, first, model.RunOptions{Steps: 10, Save: func(s *model.State) error { return model.Save(path, s) }})
			equal(t, finish(t, trainerOf(t, c), path, 20), stateOf(t, whole))
		})
	}
}

// finish resumes a checkpoint with a new trainer and trains to the end.
func finish(t *testing.T, trainer *model.Trainer, path string, steps uint32) *model.State {
	t.Helper()
	s, err := model.Load(path)
	must(t, err)
	must(t, trainer.Restore(s, 0))
	if trainer.Step() != s.Step {
		t.Errorf("restored at step %d, want %d", trainer.Step(), s.Step)
	}
	run(t, trainer, model.RunOptions{Steps: steps})
	return stateOf(t, trainer)
}

// equal compares states bit for bit, including moments and the step.
func equal(t *testing.T, got, want *model.State) {
	t.Helper()
	if g, w := text(got), text(want); g != w {
		t.Errorf("got %.300s\nwant %.300s", g, w)
	}
	if got.WeightHash() != want.WeightHash() {
		t.Errorf("weights hash to %s, want %s", got.WeightHash(), want.WeightHash())
	}
}

// text shows each float in full: %v is exact, but for the bits of a NaN.
func text(s *model.State) string { return fmt.Sprintf("%+v", *s) }

// TestRestoreRefuses: a state of another run is an error.
func TestRestoreRefuses(t *testing.T) {
	c := small()
	s := stateOf(t, trainerOf(t, c))
	other := trainerOf(t, small(func(c *model.Config) { c.Beta1 = 0.5 }))
	contains(t, other.Restore(s, 0), "beta1 is 0.5, was 0.9")
	contains(t, newTrainer(t, device(t), c, noiseSet(t, 22, c)).Restore(s, 0), "the data differ")
}

func TestNewTrainerRefuses(t *testing.T) {
	c := small()
	set := noiseSet(t, 7, c)
	_, err := model.NewTrainer(device(t), c, set)
	contains(t, err, "noise has 7 images, fewer than batch_size 8; want a batch_size of at most 7")
	s := small(stacked)
	_, err = model.NewTrainer(device(t), s, noiseSet(t, 7, s))
	contains(t, err, "noise has 21 images, fewer than batch_size 8 times stack 3; want a batch_size of at most 7")
	c.Height = 6
	_, err = model.NewTrainer(device(t), c, set)
	contains(t, err, "images of noise are 4x4, want 6x4 by the config")
	c.Height, c.Channels = 4, 3
	_, err = model.NewTrainer(device(t), c, set)
	contains(t, err, "images of noise are 4x4, want 4x4x3 by the config")
	_, err = model.NewTrainer(device(t), s, noiseSet(t, 21, c))
	contains(t, err, "images of noise are 4x4x3, want 4x4 and grey, because stack is 3")
	c.Loss = "wasserstein"
	_, err = model.NewTrainer(device(t), c, set)
	contains(t, err, `loss is "wasserstein"`)
}

// TestStreamed: training with data that are read ahead gives the bits of training with data in
// memory, also after a resume and at the end of an epoch.
func TestStreamed(t *testing.T) {
	for name, f := range map[string]func(*model.Config){
		"images": func(*model.Config) {}, "labels": func(c *model.Config) { c.Classes = 3 }, "stacked": stacked,
	} {
		t.Run(name, func(t *testing.T) {
			c := small(disSteps(2), f)
			resident := noiseSet(t, 21, c)
			streamed := streamedSet(t, resident)
			want := newTrainer(t, device(t), c, resident)
			run(t, want, model.RunOptions{Steps: 8})

			first := newTrainer(t, device(t), c, streamed)
			path := filepath.Join(t.TempDir(), "half")
			run(t, first, model.RunOptions{Steps: 3, Save: func(s *model.State) error { return model.Save(path, s) }})
			equal(t, finish(t, newTrainer(t, device(t), c, streamed), path, 8), stateOf(t, want))
			run(t, first, model.RunOptions{Steps: 8, Readers: 1, Queue: 1}) // and the same trainer goes on
			equal(t, stateOf(t, first), stateOf(t, want))

			must(t, os.RemoveAll(filepath.Dir(streamed.Name())))
			contains(t, newTrainer(t, device(t), c, streamed).Run(t.Context(), model.RunOptions{Steps: 8}), ".png")
		})
	}
}

// streamedSet returns the images of set as a set of PNG files that is not kept in memory.
func streamedSet(t *testing.T, set *dataset.Set) *dataset.Set {
	t.Helper()
	dir, size := t.TempDir(), set.Shape()
	var list bytes.Buffer
	for i := range set.Len() {
		img := image.NewGray(image.Rect(0, 0, size.Width, size.Height))
		must(t, set.Read(img.Pix, i))
		name := fmt.Sprintf("%02d.png", i)
		must(t, dataset.WritePNG(filepath.Join(dir, name), img))
		fmt.Fprint(&list, name)
		if label := set.Label(i); label >= 0 {
			fmt.Fprint(&list, " ", label)
		}
		fmt.Fprintln(&list)
	}
	path := filepath.Join(dir, "list.txt")
	must(t, os.WriteFile(path, list.Bytes(), 0o666))
	streamed, report, err := dataset.Open(t.Context(), path, dataset.Options{Cache: 1})
	must(t, errors.Join(err, report.Err()))
	if streamed.Bytes() != nil || streamed.Fingerprint() != set.Fingerprint() {
		t.Fatal("the list is not the same data, left on disk")
	}
	return streamed
}
