package model_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
	"gorgan/model"
)

// agreeing runs four ranks for at most 40 steps. change changes the options of a rank, and may return another context. It
// returns what each rank's Run returned, the step that it reached, and the steps that rank 0 saved.
func agreeing(t *testing.T, change func(rank int, p *model.RunOptions) context.Context) (errs [4]error, steps [4]uint32, saved []uint32) {
	t.Helper()
	c := small(inShards(func(*model.Config) {}))
	groups := kerneltest.Ranks(4)
	ranksOf(t, 4, c, noiseSet(t, 64, c), func(rank int, trainer *model.Trainer) error {
		p := model.RunOptions{Steps: 40, DisplayEvery: 3, MeasureEvery: 2, SaveEvery: 8, Ranks: groups[rank]}
		if rank == 0 {
			p.Save = func(s *model.State) error {
				saved = append(saved, s.Step)
				return nil
			}
		}
		ctx := t.Context()
		if other := change(rank, &p); other != nil {
			ctx = other
		}
		errs[rank] = trainer.Run(ctx, p)
		steps[rank] = trainer.Step()
		return nil
	})
	return errs, steps, saved
}

// TestRanksStopTogether: whatever one rank stops for, all stop after the same step, which is saved, and say which rank it
// was.
func TestRanksStopTogether(t *testing.T) {
	onCPU(t)
	disk := errors.New("the disk is full")
	over := fmt.Errorf("the time is over: %w", model.ErrPlanned)
	at := func(step uint32, f func() error) func(model.Metrics) error {
		return func(m model.Metrics) error {
			if m.Step == step {
				return f()
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		rank    int
		change  func(p *model.RunOptions) context.Context
		own     error  // of the rank
		others  string // what the others say
		unsaved bool
	}{
		"interrupted": {2, func(p *model.RunOptions) context.Context {
			ctx, cancel := context.WithCancelCause(t.Context())
			p.Display = at(9, func() error { cancel(errors.New("a signal")); return nil })
			return ctx
		}, context.Canceled, "rank 2 was interrupted", false},
		"interrupted, the first rank": {0, func(p *model.RunOptions) context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			p.Measured = at(4, func() error { cancel(); return nil })
			return ctx
		}, context.Canceled, "rank 0 was interrupted", false},
		"out of time": {3, func(p *model.RunOptions) context.Context {
			ctx, cancel := context.WithCancelCause(t.Context())
			p.Display = at(6, func() error { cancel(over); return nil })
			return ctx
		}, context.Canceled, "rank 3 was interrupted", false},
		"a terminal that is gone": {1, func(p *model.RunOptions) context.Context {
			p.Measured = at(10, func() error { return disk })
			return nil
		}, disk, "rank 1 has stopped; see what it says", false},
		"progress": {1, func(p *model.RunOptions) context.Context {
			p.Progress = at(8, func() error { return disk })
			return nil
		}, disk, "rank 1 has stopped; see what it says", false},
		"a save": {0, func(p *model.RunOptions) context.Context {
			p.Save = func(*model.State) error { return disk }
			return nil
		}, disk, "rank 0 has stopped; see what it says", true},
		"an evaluation": {0, func(p *model.RunOptions) context.Context {
			p.EvaluateEvery, p.Evaluate = 5, func(uint32) error { return disk }
			return nil
		}, disk, "rank 0 has stopped; see what it says", false},
	} {
		t.Run(name, func(t *testing.T) {
			errs, steps, saved := agreeing(t, func(rank int, p *model.RunOptions) context.Context {
				if rank == c.rank {
					return c.change(p)
				}
				return nil
			})
			for rank, err := range errs {
				if steps[rank] != steps[0] || steps[rank] == 40 {
					t.Errorf("rank %d stopped at step %d, rank 0 at %d, want the same before 40", rank, steps[rank], steps[0])
				}
				if rank == c.rank {
					if !errors.Is(err, c.own) {
						t.Errorf("rank %d: %v, want %v", rank, err, c.own)
					}
					continue
				}
				var stop *model.StoppedRankError
				if !errors.As(err, &stop) || stop.Rank != c.rank || err.Error() != c.others {
					t.Errorf("rank %d: %v, want %s", rank, err, c.others)
					continue
				}
				if planned := name == "out of time"; stop.Planned() != planned {
					t.Errorf("rank %d: the end was planned: %t, want %t", rank, stop.Planned(), planned)
				}
				if is := errors.Is(err, context.Canceled); is != (errors.Is(c.own, context.Canceled) && name != "out of time") {
					t.Errorf("rank %d: %v is an interruption: %t", rank, err, is)
				}
			}
			if n := len(saved); !c.unsaved && (n == 0 || saved[n-1] != steps[0]) {
				t.Errorf("rank 0 saved the steps %v, want %d last", saved, steps[0])
			}
		})
	}
}

// TestRanksSaveTogether: a rank that is asked to save has rank 0 save after the next steps.
func TestRanksSaveTogether(t *testing.T) {
	onCPU(t)
	errs, steps, saved := agreeing(t, func(rank int, p *model.RunOptions) context.Context {
		p.SaveEvery = 0
		if rank == 3 {
			asked := false
			p.SaveNow = func() bool { first := !asked; asked = true; return first }
		}
		return nil
	})
	if err := errors.Join(errs[:]...); err != nil || steps != [4]uint32{40, 40, 40, 40} {
		t.Errorf("the ranks came to the steps %v: %v", steps, err)
	}
	if len(saved) != 2 || saved[0] >= 40 || saved[1] != 40 {
		t.Errorf("rank 0 saved the steps %v, want an early one and 40", saved)
	}
}

// gone is a group whose agreement fails after some calls.
type gone struct {
	kernels.Group
	left *int
}

var errGone = errors.New("rank 1 is missing")

func (g gone) AllGather(to, from []byte) error {
	if *g.left--; *g.left < 0 {
		return errGone
	}
	return g.Group.AllGather(to, from)
}

// TestRanksMissing: a rank that the others wait for in vain ends their runs, with the state saved.
func TestRanksMissing(t *testing.T) {
	onCPU(t)
	c := small()
	trainer := trainerOf(t, c)
	left := 3
	var saved []uint32
	err := trainer.Run(t.Context(), model.RunOptions{Steps: 40, DisplayEvery: 2, Ranks: gone{kernels.Alone{}, &left}, Save: func(s *model.State) error {
		saved = append(saved, s.Step)
		return nil
	}})
	if !errors.Is(err, errGone) || fmt.Sprint(saved) != fmt.Sprintf("[%d]", trainer.Step()) || trainer.Step() == 0 {
		t.Errorf("got the error %v at step %d, saved %v", err, trainer.Step(), saved)
	}
}
