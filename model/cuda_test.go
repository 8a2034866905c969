//go:build gpu && !cpu

package model_test

import (
	"maps"
	"math"
	"path/filepath"
	"testing"

	"gorgan/cuda"
	"gorgan/cuda/cudatest"
	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/fuse"
	"gorgan/model"
)

// wideGame is the tutorial's step on small images.
func wideGame() model.Config {
	return small(func(c *model.Config) {
		c.GenHidden, c.DisHidden, c.Height, c.Width, c.BatchSize, c.NoiseDim = []int{33}, []int{40}, 8, 8, 16, 20
	})
}

func losses(t *testing.T, trainer *model.Trainer, steps uint32) []float64 {
	var all []float64
	run(t, trainer, model.RunOptions{Steps: steps, DisplayEvery: 1, Display: func(m model.Metrics) error {
		all = append(all, m.GLoss, m.DLoss, m.DReal, m.DFake)
		return nil
	}})
	return all
}

// TestTrajectory: the steps on CUDA print what the CPU prints, beyond the end of an epoch, and have the same bits
// again without a graph.
func TestTrajectory(t *testing.T) {
	games := map[string]func(*model.Config){}
	maps.Copy(games, objectives())
	maps.Copy(games, variants())
	maps.Copy(games, dcgans())
	for name, f := range games {
		c := wideGame()
		f(&c)
		steps := uint32(14)
		if c.Arch != model.MLP { // rounding grows faster in deeper nets
			steps = 10
			// With the seed of the others, a rectifier of "dcgan, labels" gets 0 but for rounding at step 5. So its
			// gradient depends on the device. This happens with 1 of the first 30 seeds.
			c.Seed = 1
		}
		set := noiseSet(t, 100, c)
		want := losses(t, newTrainer(t, cpu(t, 2), c, set), steps)
		graph := newTrainer(t, cudatest.Open(t, cuda.Options{}), c, set)
		got := losses(t, graph, steps)
		for i, w := range want {
			if off := math.Abs(got[i] - w); !(off <= 1e-4*math.Abs(w)+1e-5) {
				t.Fatalf("%s: step %d: %v, on the CPU %v", name, i/4+1, got[i/4*4:i/4*4+4], want[i/4*4:i/4*4+4])
			}
		}
		other := newTrainer(t, cudatest.Open(t, cuda.Options{NoGraph: true}), c, set)
		losses(t, other, steps)
		if a, b := stateOf(t, graph).WeightHash(), stateOf(t, other).WeightHash(); a != b {
			t.Errorf("%s: without a graph: weights %s, want %s", name, b, a)
		}
	}
}

// TestConvolve: steps whose convolutions go to tiles print what the CPU prints, and have the same bits without a
// graph, with PDL and again.
func TestConvolve(t *testing.T) {
	const steps = 3
	for name, limit := range map[string]float64{"float32": 1e-4, "TF32": 2e-2} {
		t.Run(name, func(t *testing.T) {
			c := wideGame()
			dcgans()["dcgan"](&c)
			set := noiseSet(t, 100, c)
			way := fuse.Options{Choose: ownTiles, Convolve: func(kernel string, sizes []int) (*kernels.Kernel, []int, bool) {
				return convolve.Choose(kernel, sizes, name == "TF32")
			}}
			want := losses(t, newTrainer(t, cpu(t, 2), c, set), steps)
			trainer := newTrainer(t, fused(cudatest.Open(t, cuda.Options{}), way), c, set)
			got := losses(t, trainer, steps)
			for i, w := range want {
				if off := math.Abs(got[i] - w); !(off <= limit*math.Abs(w)+limit/10) {
					t.Fatalf("step %d: %v, on the CPU %v", i/4+1, got[i/4*4:i/4*4+4], want[i/4*4:i/4*4+4])
				}
			}
			for what, o := range map[string]cuda.Options{"another run": {}, "no graph": {NoGraph: true}, "PDL": {PDL: true}} {
				other := newTrainer(t, fused(cudatest.Open(t, o), way), c, set)
				losses(t, other, steps)
				if a, b := stateOf(t, trainer).WeightHash(), stateOf(t, other).WeightHash(); a != b {
					t.Errorf("%s: weights %s, want %s", what, b, a)
				}
			}
		})
	}
}

// TestMove: a run goes on where it was, on the other device.
func TestMove(t *testing.T) {
	c := wideGame()
	set := noiseSet(t, 100, c)
	open := map[string]func() kernels.Device{
		"cpu":  func() kernels.Device { return cpu(t, 2) },
		"cuda": func() kernels.Device { return cudatest.Open(t, cuda.Options{}) },
	}
	for from, to := range map[string]string{"cpu": "cuda", "cuda": "cpu"} {
		whole := losses(t, newTrainer(t, open[from](), c, set), 30)
		first := newTrainer(t, open[from](), c, set)
		path := filepath.Join(t.TempDir(), "half")
		run(t, first, model.RunOptions{Steps: 15, Save: func(s *model.State) error { return model.Save(path, s) }})
		s, err := model.Load(path)
		must(t, err)
		second := newTrainer(t, open[to](), c, set)
		must(t, second.Restore(s, 0))
		got := losses(t, second, 30)
		for i, w := range whole[15*4:] {
			if off := math.Abs(got[i] - w); !(off <= 1e-4*math.Abs(w)) {
				t.Fatalf("from %s to %s: step %d: %v, want %v", from, to, 16+i/4, got[i], w)
			}
		}
	}
}

// TestPDL: kernels that start early give the same bits, one step a graph and ten.
func TestPDL(t *testing.T) {
	for _, every := range []uint32{1, 40} {
		c := wideGame()
		set := noiseSet(t, 100, c)
		hash := func(o cuda.Options) string {
			trainer := newTrainer(t, cudatest.Open(t, o), c, set)
			run(t, trainer, model.RunOptions{Steps: 50, DisplayEvery: every, Display: func(model.Metrics) error { return nil }})
			return stateOf(t, trainer).WeightHash()
		}
		if early, plain := hash(cuda.Options{PDL: true}), hash(cuda.Options{}); early != plain {
			t.Errorf("display every %d: weights %s with PDL, %s without", every, early, plain)
		}
	}
}
