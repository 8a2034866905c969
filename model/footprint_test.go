package model_test

import (
	"os"
	"runtime"
	"testing"

	"gorgan/model"
)

// TestTrainingBytes: the estimate is near what a run takes, on the heap of the CPU device.
// Far less would let a run begin that does not fit, and more would refuse one that does.
func TestTrainingBytes(t *testing.T) {
	if os.Getenv("GORGAN_TEST_DEVICE") == "cuda" {
		t.Skip("the nets are in the device's own memory")
	}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for name, change := range map[string]func(*model.Config){
		"wide nets":   func(c *model.Config) { c.GenHidden, c.DisHidden = []int{1500, 1500}, []int{1500, 1500} },
		"large batch": func(c *model.Config) { c.GenHidden, c.DisHidden, c.BatchSize = []int{512}, []int{512}, 4096 },
		"colour":      func(c *model.Config) { c.Channels, c.Height, c.Width, c.BatchSize = 3, 64, 64, 256 },
		"many labels": func(c *model.Config) { c.Classes, c.Pack, c.DisHidden, c.BatchSize = 20000, 2, []int{16}, 512 },
		"dcgan": func(c *model.Config) {
			c.Arch, c.NetWidth, c.Height, c.Width, c.BatchSize = model.DCGAN, 32, 32, 32, 64
		},
		"average": func(c *model.Config) { c.GenHidden, c.DisHidden, c.EMA = []int{2000, 1000}, []int{200}, 0.99 },
	} {
		t.Run(name, func(t *testing.T) {
			c := small(change)
			set := noiseSet(t, c.BatchSize, c)
			before := heap()
			trainer := newTrainer(t, device(t), c, set)
			run(t, trainer, model.RunOptions{Steps: 1})
			state := stateOf(t, trainer)
			taken := heap() - before
			estimate := c.TrainingBytes(0, 1)
			if ratio := float64(estimate) / float64(taken); ratio < 0.6 || ratio > 1.2 {
				t.Errorf("estimated %d MB, taken %d MB, %.2f", estimate>>20, taken>>20, ratio)
			}
			runtime.KeepAlive(state)
			runtime.KeepAlive(trainer)
		})
	}
}
