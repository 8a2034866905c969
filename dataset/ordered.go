package dataset

import (
	"context"
	"io"
	"sync"
)

// ordered runs work on the items that next gives, several at a time, and hands the results
// to consume in the order of the items. next is called from one goroutine, until it returns
// io.EOF; consume is called from the caller's. Of several errors the one of the earliest item
// is returned. When ordered returns, all its goroutines have ended.
//
// At most two items per worker are under way, and none of them costs an allocation here.
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
	room := make(chan struct{}, window) // held by each item from next to consume
	jobs := make(chan job)
	results := make([]chan result, window) // item k's comes through results[k%window]; room keeps it free
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

// upTo gives the numbers from 0 to n-1, as the items of [ordered].
func upTo(n int) func(context.Context) (int, error) {
	i := -1
	return func(context.Context) (int, error) {
		if i++; i < n {
			return i, nil
		}
		return 0, io.EOF
	}
}
