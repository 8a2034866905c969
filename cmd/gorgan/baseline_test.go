package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gorgan/model/serve"
)

// TestBaselineAtOnce: many pages ask for a run and its baseline at once. The race detector must find nothing.
func TestBaselineAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all said
	line := "gorgan train --steps 2 --data " + tinyList(t) + " " + small + " --out " + filepath.Join(dir, "a")
	if code := execute(t.Context(), strings.Fields(line), io.Discard, &all); code != 0 {
		t.Fatalf("%s ended with %d: %s", line, code, all.String())
	}
	s, err := serve.New(serve.Options{Runs: dir, Address: serveAddress, Baseline: baseline})
	must(t, err)
	h := s.Handler()
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			r := httptest.NewRequest(http.MethodGet, "/api/run?run=a", nil)
			r.Host = "localhost"
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"baseline":"the defaults of train"`) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		})
	}
	asking.Wait()
	must(t, s.Close())
}
