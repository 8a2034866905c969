package dataset

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestOrderedKeepsTheOrder(t *testing.T) {
	for _, workers := range []int{1, 3, 8} {
		var got []int
		err := ordered(t.Context(), workers, upTo(200),
			func(i int) (int, error) {
				time.Sleep(time.Duration(i*7%5) * 100 * time.Microsecond)
				return i * i, nil
			},
			func(_ context.Context, v int) error { got = append(got, v); return nil })
		if err != nil || len(got) != 200 || !slices.IsSorted(got) {
			t.Errorf("%d workers: got %v, %v", workers, got, err)
		}
	}
}

func TestOrderedGivesTheEarliestError(t *testing.T) {
	defer goleak.VerifyNone(t)
	early, late, in, out := errors.New("early"), errors.New("late"), errors.New("in"), errors.New("out")
	run := func(nextFails, early5, consumeFails int) (int, error) {
		n := 0
		next := upTo(20)
		err := ordered(t.Context(), 4,
			func(ctx context.Context) (int, error) {
				i, err := next(ctx)
				if i == nextFails {
					return 0, in
				}
				return i, err
			},
			func(i int) (int, error) {
				if i == early5 {
					time.Sleep(5 * time.Millisecond)
					return 0, early
				}
				if i == early5+1 {
					return 0, late
				}
				return i, nil
			},
			func(_ context.Context, i int) error {
				n++
				if i == consumeFails {
					return out
				}
				return nil
			})
		return n, err
	}
	if n, err := run(7, 5, -1); err != early || n != 5 {
		t.Errorf("got %v after %d", err, n)
	}
	if n, err := run(7, 50, -1); err != in || n != 7 {
		t.Errorf("got %v after %d", err, n)
	}
	if n, err := run(50, 5, 2); err != out || n != 3 {
		t.Errorf("got %v after %d", err, n)
	}
}

func TestOrderedLeavesNothingRunning(t *testing.T) {
	var running atomic.Int32
	failed := errors.New("failed")
	err := ordered(t.Context(), 4, upTo(20),
		func(i int) (int, error) {
			running.Add(1)
			defer running.Add(-1)
			if i > 0 {
				time.Sleep(20 * time.Millisecond)
			}
			return i, nil
		},
		func(context.Context, int) error { return failed })
	if n := running.Load(); n != 0 || err != failed {
		t.Errorf("%d still running after %v", n, err)
	}
}
