package model_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"sync"
	"testing"

	"gorgan/dataset"
	"gorgan/kernels"
	devices "gorgan/kernels/device"
	"gorgan/kernels/kerneltest"
	"gorgan/model"
)

// inShards returns a change to four shards, of batches that are large enough.
func inShards(f func(*model.Config)) func(*model.Config) {
	return func(c *model.Config) {
		f(c)
		c.BatchSize, c.Shards = 16*c.Pack, 4
	}
}

// ranksOf calls f once for each rank, at the same time, with a trainer of that rank.
func ranksOf(t *testing.T, n int, c model.Config, set *dataset.Set, f func(rank int, trainer *model.Trainer) error) {
	t.Helper()
	var all sync.WaitGroup
	for rank, group := range kerneltest.Ranks(n) {
		all.Go(func() {
			dev, _, err := devices.Open("cpu", devices.Options{Workers: 1 + rank%2, Group: group})
			if err != nil {
				t.Error(err)
				return
			}
			defer dev.Close()
			trainer, err := model.NewTrainer(dev, c, set)
			if err == nil {
				err = f(rank, trainer)
			}
			if err != nil {
				t.Errorf("rank %d of %d: %v", rank, n, err)
			}
		})
	}
	all.Wait()
}

// TestRanks: the weights and the metrics of a run have the same bits on one, two and four ranks, on each of them.
func TestRanks(t *testing.T) {
	onCPU(t)
	cases := map[string]func(*model.Config){"plain": func(*model.Config) {}}
	maps.Copy(cases, objectives())
	maps.Copy(cases, variants())
	maps.Copy(cases, dcgans())
	for name, f := range cases {
		t.Run(name, func(t *testing.T) {
			c := small(inShards(f))
			set := noiseSet(t, 3*c.BatchSize, c)
			want := ""
			for _, ranks := range []int{1, 2, 4} {
				got := make([]string, ranks)
				ranksOf(t, ranks, c, set, func(rank int, trainer *model.Trainer) error {
					err := trainer.Run(t.Context(), model.RunOptions{Steps: 3, DisplayEvery: 1, Display: func(m model.Metrics) error {
						m.Seconds, m.ImagesPerSecond = 0, 0
						got[rank] += fmt.Sprintf("%+v\n", m)
						return nil
					}})
					if err != nil {
						return err
					}
					s, err := trainer.State()
					got[rank] += text(s)
					return err
				})
				for rank, state := range got {
					if want == "" {
						want = state
					}
					if state != want {
						t.Errorf("rank %d of %d has %s\nwant as a single rank %s", rank, ranks, state, want)
					}
				}
			}
		})
	}
}

// TestRanksResume: a run goes on with another number of ranks, from data in memory and from data that are read ahead, and
// gives the bits of a run that was not stopped.
func TestRanksResume(t *testing.T) {
	onCPU(t)
	c := small(inShards(func(c *model.Config) { c.Classes, c.DisSteps, c.EMA = 3, 2, 0.9 }))
	set := noiseSet(t, 53, c)
	whole := newTrainer(t, cpu(t, 2), c, set)
	run(t, whole, model.RunOptions{Steps: 9})
	for name, set := range map[string]*dataset.Set{"in memory": set, "read ahead": streamedSet(t, set)} {
		path := filepath.Join(t.TempDir(), "last")
		groups := [][]kernels.Group{kerneltest.Ranks(4), kerneltest.Ranks(1), kerneltest.Ranks(2)}
		for i, ranks := range []int{4, 1, 2} {
			ranksOf(t, ranks, c, set, func(rank int, trainer *model.Trainer) error {
				if i > 0 && rank == 0 {
					s, err := model.Load(path)
					if err == nil {
						err = trainer.Restore(s, 0)
					}
					if err != nil {
						return err
					}
				}
				if err := trainer.ShareState(groups[i][rank]); err != nil {
					return err
				}
				p := model.RunOptions{Steps: uint32(3 * (i + 1))}
				if rank == 0 {
					p.Save = func(s *model.State) error { return model.Save(path, s) }
				}
				return trainer.Run(t.Context(), p)
			})
		}
		s, err := model.Load(path)
		must(t, err)
		t.Run(name, func(t *testing.T) { equal(t, s, stateOf(t, whole)) })
	}
}

// TestRanksShareShards: ranks that do not divide the shards are an error.
func TestRanksShareShards(t *testing.T) {
	onCPU(t)
	dev := opened(t, "cpu", devices.Options{Workers: 1, Group: kerneltest.Ranks(4)[3]})
	c := small(shards(2))
	_, err := model.NewTrainer(dev, c, noiseSet(t, 21, c))
	contains(t, err, "model: shards is 2, want a multiple of 4, the number of ranks")
}
