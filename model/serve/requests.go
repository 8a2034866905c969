package serve

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// requests are those under way. What they use is closed after the last one.
type requests struct {
	ending context.Context // ends them all
	end    context.CancelCauseFunc
	mu     sync.Mutex
	closed bool // there are no more
	n      sync.WaitGroup
	turns  chan struct{} // one is in it for each request that computes
}

// mostTurns is the number of requests that compute at once: that load or draw, or search the training images.
const mostTurns = 2

// errEnding is the cause of the end of a request that the server's end ends.
var errEnding = errors.New("the server ends")

func newRequests() *requests {
	r := &requests{turns: make(chan struct{}, mostTurns)}
	r.ending, r.end = context.WithCancelCause(context.Background())
	return r
}

// count passes requests on until there are no more. The context of each ends with ending.
func (r *requests) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !r.begin() {
			http.Error(w, errEnding.Error(), http.StatusServiceUnavailable)
			return
		}
		defer r.n.Done()
		ctx, end := context.WithCancelCause(q.Context())
		defer end(nil)
		defer context.AfterFunc(r.ending, func() { end(errEnding) })()
		next.ServeHTTP(w, q.WithContext(ctx))
	})
}

// begin reports whether a request may begin, and counts it if so.
func (r *requests) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.n.Add(1)
	}
	return !r.closed
}

// close ends the requests under way, waits for them, and lets no other begin.
func (r *requests) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.end(errEnding)
	r.n.Wait()
}

// turn waits until a request may compute, and returns the function that ends its turn. It returns ctx's error if ctx
// ends before: a page that is dragged over asks for more than it waits for.
func (r *requests) turn(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case r.turns <- struct{}{}:
		return func() { <-r.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
