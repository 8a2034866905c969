package serve

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/model/run"
)

// TestPanic: a handler that panics is answered for and told, without the token, and the server goes on.
func TestPanic(t *testing.T) {
	var told []string
	s, at := newServer(t, testRuns(t), func(o *Options) {
		o.OpenData = func(context.Context, run.Settings) (*dataset.Set, error) { return []*dataset.Set{}[len(o.Runs)], nil }
		o.Report = func(err error) { told = append(told, err.Error()) }
	})
	code, _, text := ask(t, at+"/api/nearest?run=a&step=8&token=secret")
	if code != http.StatusInternalServerError || !strings.Contains(string(text), "its terminal says more") {
		t.Errorf("got %d %s", code, text)
	}
	want := regexp.MustCompile(`^GET "/api/nearest": panic: runtime error: index out of range \[\d+\] with length 0, at panics_test.go:19$`)
	if len(told) != 1 || !want.MatchString(told[0]) {
		t.Errorf("told %q, want %s", told, want)
	}
	asked(t, at+"/api/image?run=a&step=8")

	// An answer that has begun cannot be taken back: its connection is cut.
	half := s.survive(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic(errors.New("oh"))
	}))
	defer func() {
		if fault := recover(); fault != http.ErrAbortHandler || len(told) != 2 || !strings.Contains(told[1], "panic: oh, at panics_test.go") {
			t.Errorf("the panic is %v, told %q", fault, told)
		}
	}()
	w := handled(t.Context(), half, "/x")
	t.Errorf("half an answer: %d %s", w.Code, w.Body)
}
