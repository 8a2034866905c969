package model

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// The ranks of a data-parallel run agree before each batch of steps: on how many steps there are, on whether the state is
// saved after them, and on whether they go on. So a signal that reaches one rank saves or stops all of them after the same
// step.

// reason is why a rank stops.
type reason uint8

const (
	goesOn      reason = iota
	interrupted        // its context was cancelled
	ended              // its context ended with ErrPlanned
	failed
)

// ErrPlanned is wrapped by the cause of a context that comes to a planned end, such as a time limit. The other ranks learn
// that nothing went wrong.
var ErrPlanned = errors.New("a planned end")

// reasonOf returns the reason of a rank that stops for an error, which is nil for one that goes on.
func reasonOf(ctx context.Context, halt error) reason {
	switch {
	case halt == nil:
		return goesOn
	case !errors.Is(halt, context.Canceled):
		return failed
	case errors.Is(context.Cause(ctx), ErrPlanned):
		return ended
	}
	return interrupted
}

// StoppedRankError ends a run because another rank stopped.
type StoppedRankError struct {
	Rank int
	why  reason
}

func (e *StoppedRankError) Error() string {
	if e.why == failed {
		return fmt.Sprintf("rank %d has stopped; see what it says", e.Rank)
	}
	return fmt.Sprintf("rank %d was interrupted", e.Rank)
}

// Unwrap returns context.Canceled for a rank that was interrupted, and nil else.
func (e *StoppedRankError) Unwrap() error {
	if e.why == interrupted {
		return context.Canceled
	}
	return nil
}

// Planned reports whether the other rank came to a planned end: see ErrPlanned.
func (e *StoppedRankError) Planned() bool { return e.why == ended }

// agree tells the other ranks what this one proposes: to train n steps, to save the state after them, and why it stops. It
// returns the fewest steps of all, whether any rank saves, and a *StoppedRankError for the first rank that stops, unless
// this one stops itself. It returns the error of the ranks if one is missing.
func (p RunOptions) agree(n int, save bool, why reason) (int, bool, error) {
	if p.Ranks == nil {
		return n, save, nil
	}
	const size = 6 // steps, save, why
	own := binary.LittleEndian.AppendUint32(nil, uint32(n))
	own = append(own, 0, byte(why))
	if save {
		own[4] = 1
	}
	all := make([]byte, size*p.Ranks.Size())
	if err := p.Ranks.AllGather(all, own); err != nil {
		return 0, false, err
	}
	var stop error
	for rank, m := range slices.Collect(slices.Chunk(all, size)) {
		n = min(n, int(binary.LittleEndian.Uint32(m)))
		save = save || m[4] == 1
		if why := reason(m[5]); why != goesOn && stop == nil {
			stop = &StoppedRankError{rank, why}
		}
	}
	if why != goesOn {
		stop = nil
	}
	return n, save, stop
}

// ShareState gives all ranks the state of rank 0, and so the same bits wherever it came from. All ranks call it at the same
// time, between runs. It returns the error of the ranks or of the device.
func (t *Trainer) ShareState(ranks kernels.Group) error {
	step := binary.LittleEndian.AppendUint32(nil, t.step)
	all := make([]byte, len(step)*ranks.Size())
	if err := ranks.AllGather(all, step); err != nil {
		return err
	}
	err := t.game.visit(func(_ string, shape []int, x *tensor.Dense) error {
		values := make([]float32, tensor.Shape(shape).TotalSize())
		if err := t.game.dev.Download(values, x); err != nil {
			return err
		}
		own := littleEndian(values)
		all := make([]byte, len(own)*ranks.Size())
		if err := ranks.AllGather(all, own); err != nil {
			return err
		}
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(all[4*i:]))
		}
		return t.game.dev.Upload(x, values)
	})
	if err != nil {
		return err
	}
	t.step = binary.LittleEndian.Uint32(all)
	return t.game.setStep(t.step)
}

// fail tells the other ranks that this one ends with err after the present step. It returns err.
func (t *Trainer) fail(p RunOptions, err error) error {
	if p.Ranks != nil && t.step < p.Steps {
		_, _, lost := p.agree(0, false, failed)
		return errors.Join(err, lost)
	}
	return err
}
