package dataset

import (
	"context"
	"io"
	"sync"
)

// ordered runs work on the items of next, several at a time, and passes the results to consume
// in the order of the items. One goroutine calls next, until it returns io.EOF. The caller's
// goroutine calls consume. If several items fail, ordered returns the error of the earliest.
// When ordered returns, all its goroutines have ended.
//
// At most two items per worker are in progress, and an item costs no allocation here.
func ordered[T, R any](ctx context.Context, workers int,
	next func(context.Context) (T, error),
	work func(T) (R, error),
	consume func(context.Context, R) error,
) error {
	type job struct {
		turn int
		item T
	}
	type result struct {
		value R
		err   error
		end   bool
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()

	window := 2 * workers
	room := make(chan struct{}, window) // each item holds it from next to consume
	jobs := make(chan job)
	results := make([]chan result, window) // the result of item k goes through results[k%window]; room keeps it free
	for k := range results {
		results[k] = make(chan result, 1)
	}

	running.Go(func() {
		defer close(jobs)
		for turn := 0; ; turn++ {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			item, err := next(ctx)
			if err != nil {
				results[turn%window] <- result{err: err, end: err == io.EOF}
				return
			}
			select {
			case jobs <- job{turn, item}:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		running.Go(func() {
			for j := range jobs {
				value, err := work(j.item)
				results[j.turn%window] <- result{value: value, err: err}
			}
		})
	}
	for turn := 0; ; turn++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		select {
		case r := <-results[turn%window]:
			if r.end {
				return nil
			}
			if r.err != nil {
				return r.err
			}
			if err := consume(ctx, r.value); err != nil {
				return err
			}
			<-room
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// upTo returns the numbers from 0 to n-1 as items of [ordered].
func upTo(n int) func(context.Context) (int, error) {
	i := -1
	return func(context.Context) (int, error) {
		if i++; i < n {
			return i, nil
		}
		return 0, io.EOF
	}
}
