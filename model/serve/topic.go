package serve

import (
	"sync"
	"time"
)

// pollTime is how often a run that somebody looks at is read. However many look, it is read once.
const pollTime = time.Second

// topics are the runs that somebody follows.
type topics struct {
	server *Server
	mu     sync.Mutex
	by     map[string]*topic
}

// topic is a run that is followed. A follower takes the newest snapshot when it has time, so a slow one
// leaves some out, and holds up nobody.
type topic struct {
	followers int
	stop      chan struct{}

	mu      sync.Mutex
	now     *snapshot
	changed chan struct{} // closed when now is replaced
}

// follow returns the topic of a run, which the caller must leave.
func (t *topics) follow(name string) (of *topic, leave func(), err error) {
	first, err := t.server.runs.snapshot(name)
	if err != nil {
		return nil, nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	of = t.by[name]
	if of == nil {
		of = &topic{stop: make(chan struct{}), now: first, changed: make(chan struct{})}
		if t.by == nil {
			t.by = map[string]*topic{}
		}
		t.by[name] = of
		t.server.wait.Go(func() { of.poll(t.server.runs, name) })
	}
	of.followers++
	return of, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if of.followers--; of.followers == 0 {
			delete(t.by, name)
			close(of.stop)
		}
	}, nil
}

// poll reads the run until nobody follows it.
func (t *topic) poll(runs *runs, name string) {
	tick := time.NewTicker(pollTime)
	defer tick.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-tick.C:
		}
		next, err := runs.snapshot(name)
		if err != nil || next == t.now { // a file is being replaced, or the run is gone: the next reading tells
			continue
		}
		t.mu.Lock()
		t.now = next
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
	}
}

// newest returns the newest snapshot, and a channel that is closed when there is a newer one.
func (t *topic) newest() (*snapshot, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now, t.changed
}
