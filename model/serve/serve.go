// Package serve shows runs in a browser: curves, pictures, evaluations and settings while a run
// trains and afterwards, and an explorer of a generator's noise. It reads run folders and writes
// nothing. It never waits for a trainer, and a trainer never waits for it.
//
//	s, err := serve.New(serve.Options{Runs: "runs"})
//	...
//	err = s.Serve(ctx, listener)
//
// A page is made of files in web, which are in the program, and of JSON from the handlers here. The
// browser asks this server alone.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"gorgan/dataset"
	"gorgan/model/run"
)

// Options say what a server shows, and to whom.
type Options struct {
	// Runs is a folder with runs in it or in its folders, or a run's folder.
	Runs string
	// Address is what the listener was asked for, HOST:PORT. Requests may name its host.
	Address string
	// Token must come with each request, unless it is empty. See CheckToken.
	Token string
	// Baseline returns the settings that a run is compared with, and their name. It may be nil.
	Baseline func(run.Settings) (name string, of run.Settings, err error)
	// OpenData opens the images that a run was trained on. It may be nil. The set is kept until the
	// images of a run with another fingerprint are asked for.
	OpenData func(context.Context, run.Settings) (*dataset.Set, error)
	// Report is told of faults of the server that are of no use to who reads a page. Several goroutines may call it at
	// once. It may be nil.
	Report func(error)
}

// Server is a server of pages. Its methods are safe for use by several goroutines.
type Server struct {
	options  Options
	runs     *runs
	requests *requests
	topics   topics
	studio   studio
	reals    reals
	guard    *guard
	streams  streamCount
	wait     sync.WaitGroup // for topics
}

// The limits of a request. A stream has limits of its own.
const (
	headerTime   = 10 * time.Second
	answerTime   = 5 * time.Minute // a long animation
	idleTime     = 2 * time.Minute
	shutdownTime = 5 * time.Second
	graceTime    = 500 * time.Millisecond // for pictures that a page was told of before the end
	headerBytes  = 1 << 16
)

// New returns a server. It returns an error if the folder cannot be opened or the token is too
// short. The caller must call Close.
func New(o Options) (*Server, error) {
	if o.Token != "" {
		if err := CheckToken(o.Token); err != nil {
			return nil, err
		}
	}
	g, err := newGuard(o.Address, o.Token)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Runs)
	if err != nil {
		return nil, err
	}
	r, err := openRuns(dir)
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	s := &Server{options: o, runs: r, requests: newRequests(), guard: g}
	s.topics.server, s.reals.open, s.reals.opening = s, o.OpenData, make(chan struct{}, 1)
	return s, nil
}

// Names returns the names of the runs that there are now, newest first by their names. The name is the path below the
// folder with slashes, or the folder's own name if it is itself a run.
func (s *Server) Names() ([]string, error) { return s.runs.names() }

// Serve answers requests until ctx ends, and then ends them. It closes l. It returns nil if ctx ended
// it. It serves once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime, ReadTimeout: headerTime, WriteTimeout: answerTime, IdleTimeout: idleTime,
		MaxHeaderBytes: headerBytes,
		ErrorLog:       quiet(),
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return errors.Join(err, h.Close())
	case <-ctx.Done():
		followed := s.streams.n.Load() > 0
		s.requests.end(errEnding) // so that streams end
		if followed {
			time.Sleep(graceTime)
		}
	}
	last, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	err := h.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		err = h.Close()
	}
	<-ended
	return err
}

// Close ends the requests under way, waits for them, and frees what the server holds. Later requests are refused.
func (s *Server) Close() error {
	s.requests.close()
	s.wait.Wait()
	return errors.Join(s.studio.close(), s.runs.root.Close())
}

// Handler returns the handler of all requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.pages(mux)
	mux.HandleFunc("GET /api/runs", s.answer(s.listRuns))
	mux.HandleFunc("GET /api/run", s.answer(s.showRun))
	mux.HandleFunc("GET /api/metrics", s.answer(s.showMetrics))
	mux.HandleFunc("GET /api/stream", s.stream)
	mux.HandleFunc("GET /api/picture", s.picture)
	mux.HandleFunc("GET /api/model", s.answer(s.showModel))
	mux.HandleFunc("GET /api/image", s.image)
	mux.HandleFunc("GET /api/nearest", s.answer(s.nearest))
	mux.HandleFunc("GET /api/real", s.real)
	mux.HandleFunc("GET /metrics", s.prometheus)
	return s.requests.count(s.guard.protect(s.survive(mux)))
}
