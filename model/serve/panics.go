package serve

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
)

// begun knows whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

func (b *begun) WriteHeader(code int) { b.yes = true; b.ResponseWriter.WriteHeader(code) }

func (b *begun) Write(p []byte) (int, error) { b.yes = true; return b.ResponseWriter.Write(p) }

// Unwrap is for [http.ResponseController].
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// survive passes requests on, and reports a handler's panic to Options.Report. The request is answered with 500, or its
// connection is cut if the answer has begun.
func (s *Server) survive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := &begun{ResponseWriter: w}
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if s.options.Report != nil && fault != http.ErrAbortHandler {
				// The query is left out, since it can have the token.
				s.options.Report(fmt.Errorf("%s %q: panic: %v, at %s", r.Method, r.URL.Path, fault, panicked()))
			}
			if b.yes || fault == http.ErrAbortHandler {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, "a fault of gorgan; its terminal says more", http.StatusInternalServerError)
		}()
		next.ServeHTTP(b, r)
	})
}

// panicked returns where the panic began that a deferred function has just recovered.
func panicked() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	panicking := false
	for {
		f, more := frames.Next()
		system := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !system {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		panicking = panicking || f.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}
