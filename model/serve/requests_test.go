package serve

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gorgan/dataset"
	"gorgan/model/run"
)

// handled returns the answer of a handler.
func handled(ctx context.Context, h http.Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	r.Host = "localhost"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestCloseWaits: Close ends the requests under way and waits for them, and no other is answered.
func TestCloseWaits(t *testing.T) {
	began, left := make(chan bool), atomic.Bool{}
	s, err := New(Options{Runs: testRuns(t), Address: "127.0.0.1:0", OpenData: func(ctx context.Context, _ run.Settings) (*dataset.Set, error) {
		close(began)
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		left.Store(true)
		return nil, ctx.Err()
	}})
	must(t, err)
	h := s.Handler()
	var asking sync.WaitGroup
	asking.Go(func() { handled(t.Context(), h, "/api/nearest?run=a&step=8") })
	for range 4 { // the race detector must find none of them using what is closed
		asking.Go(func() {
			if w := handled(t.Context(), h, "/api/image?run=a&step=8&show=path&seeds=1,2&frames=2000&as=gif"); w.Code != 200 && w.Code != 503 {
				t.Errorf("a GIF at the end: %d %s", w.Code, w.Body)
			}
		})
	}
	<-began
	must(t, s.Close())
	if !left.Load() {
		t.Error("Close returned before a request had ended")
	}
	asking.Wait()
	if w := handled(t.Context(), h, "/api/runs"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("after Close: %d %s", w.Code, w.Body)
	}
}

// endsAfter is a context that ends after so many looks at it.
type endsAfter struct {
	context.Context
	looks int
}

func (e *endsAfter) Err() error {
	if e.looks--; e.looks < 0 {
		return context.Canceled
	}
	return nil
}

// TestDrawEnds: a context ends a path between its images, both when they are drawn and when they are written.
func TestDrawEnds(t *testing.T) {
	s, _ := newServer(t, testRuns(t), nil)
	d, back, err := s.drawer("a", 8, false)
	must(t, err)
	defer back()
	const images = 3*mostDrawn - 1
	c := d.gen.Config
	noise, mix := make([]float32, images*c.NoiseDim), make([]float32, images*c.Classes)
	for i := range noise {
		noise[i] = float32(i%7) / 7
	}
	whole, err := d.gen.Blend(noise, mix)
	must(t, err)
	if got, err := d.draw(&endsAfter{t.Context(), 3}, noise, mix); err != nil || !slices.Equal(got, whole) {
		t.Errorf("in parts: %v, or other values", err)
	}
	if _, err := d.draw(&endsAfter{t.Context(), 2}, noise, mix); !errors.Is(err, context.Canceled) {
		t.Errorf("drawing goes on after the end: %v", err)
	}
	if err := writeGIF(&endsAfter{t.Context(), images - 1}, new(bytes.Buffer), drawn{c, images, whole}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("writing goes on after the end: %v", err)
	}
}

// TestTurns: so many requests compute at once. The others wait, and leave when their pages do.
func TestTurns(t *testing.T) {
	s, _ := newServer(t, testRuns(t), func(o *Options) {
		o.OpenData = func(context.Context, run.Settings) (*dataset.Set, error) { return testImages(3), nil }
	})
	h := s.Handler()
	var done []func()
	for range mostTurns {
		d, err := s.requests.turn(t.Context())
		must(t, err)
		done = append(done, d)
	}
	for _, path := range []string{"/api/image?run=a&step=8", "/api/nearest?run=a&step=8", "/api/model?run=a"} {
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if w := handled(ctx, h, path); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s does not wait for its turn: %d", path, w.Code)
		}
		leave()
	}
	done[0]()
	if w := handled(t.Context(), h, "/api/image?run=a&step=8"); w.Code != http.StatusOK {
		t.Errorf("in its turn: %d %s", w.Code, w.Body)
	}
	done[1]()
}

// TestFaultPasses: a checkpoint that could not be read once is read when it is asked for again.
func TestFaultPasses(t *testing.T) {
	dir := testRuns(t)
	s, at := newServer(t, dir, nil)
	file := filepath.Join(dir, "a", "checkpoint_000008.safetensors")
	text, err := os.ReadFile(file)
	must(t, err)
	info, err := os.Stat(file)
	must(t, err)
	write := func(text []byte) {
		must(t, os.WriteFile(file, text, 0o666))
		must(t, os.Chtimes(file, info.ModTime(), info.ModTime()))
	}
	write(make([]byte, len(text)))
	if code, _, text := ask(t, at+"/api/image?run=a&step=8"); code != http.StatusInternalServerError || len(s.studio.held) != 0 {
		t.Errorf("a broken one: %d %s, %d held", code, text, len(s.studio.held))
	}
	write(text)
	asked(t, at+"/api/image?run=a&step=8")
}

// TestRealsAgain: images that cannot be opened are tried again after a while, and who waits for others' images can leave.
func TestRealsAgain(t *testing.T) {
	set := testImages(3)
	synctest.Test(t, func(t *testing.T) {
		opened, broken := 0, true
		r := reals{opening: make(chan struct{}, 1), open: func(ctx context.Context, s run.Settings) (*dataset.Set, error) {
			if s.Fingerprint != set.Fingerprint() {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			if opened++; broken {
				return nil, errors.New("the disk is away")
			}
			return set, nil
		}}
		mine := run.Settings{Fingerprint: set.Fingerprint()}
		for range 3 {
			if _, err := r.of(t.Context(), mine); err == nil || opened != 1 {
				t.Errorf("opened %d times: %v", opened, err)
			}
		}
		broken = false
		time.Sleep(refusedTime)
		for range 3 {
			if got, err := r.of(t.Context(), mine); got != set || opened != 2 {
				t.Errorf("then opened %d times: %v", opened, err)
			}
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { _, err := r.of(ctx, run.Settings{Fingerprint: "slow"}); ended <- err }()
		synctest.Wait()
		if got, err := r.of(t.Context(), mine); got != set {
			t.Errorf("while others are opened: %v", err)
		}
		waiting, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if _, err := r.of(waiting, run.Settings{Fingerprint: "other"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a waiter leaves with %v", err)
		}
		end()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the one who opens leaves with %v", err)
		}
	})
}
