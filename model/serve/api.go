package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"slices"
	"time"

	"gorgan/model"
	"gorgan/model/run"
)

// requestError is the fault of a request.
type requestError struct{ error }

func (e requestError) Unwrap() error { return e.error }

// notFound is the error for what a run does not have.
type notFound struct{ error }

func (e notFound) Unwrap() error { return e.error }

// refuse writes an error as JSON.
func refuse(w http.ResponseWriter, err error) {
	code := http.StatusInternalServerError
	switch {
	case errors.As(err, new(requestError)):
		code = http.StatusBadRequest
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		code = http.StatusServiceUnavailable // the browser has gone, or the server ends
	case errors.As(err, new(notFound)) || errors.Is(err, errNoRun) || errors.Is(err, fs.ErrNotExist):
		code = http.StatusNotFound
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	// An error of writing means that the browser has gone.
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

// answer returns the handler that answers with what f returns, as JSON.
func (s *Server) answer(f func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			refuse(w, err)
			return
		}
		text, err := json.Marshal(v)
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(text)
	}
}

// listRuns answers with the overviews of all runs.
func (s *Server) listRuns(*http.Request) (any, error) {
	names, err := s.runs.names()
	if err != nil {
		return nil, err
	}
	all := []overview{}
	for _, name := range names {
		snap, err := s.runs.snapshot(name)
		if err != nil {
			all = append(all, overview{Name: name, Error: err.Error()})
			continue
		}
		all = append(all, snap.overview(time.Now()))
	}
	return map[string]any{"folder": path.Base(s.runs.dir), "runs": all}, nil
}

// setting is a setting of a run beside that of its baseline.
type setting struct {
	Key      string `json:"key"`
	Value    any    `json:"value"`
	Baseline any    `json:"baseline"`
	Differs  bool   `json:"differs"`
}

// ofImages are the settings that the images of a run give it, and facts about it.
var ofImages = []string{"size", "channels", "height", "width", "fingerprint", "held_out_fingerprint", "measure_every", "evaluate_count", "evaluate_metric"}

// compare returns the settings of a run, by name, and how its baseline has them.
func (s *Server) compare(of run.Settings) (name string, all []setting, err error) {
	values, err := settingsJSON(of)
	if err != nil {
		return "", nil, err
	}
	name = "the defaults"
	base := map[string]any{}
	if s.options.Baseline != nil {
		var settings run.Settings
		if name, settings, err = s.options.Baseline(of); err != nil {
			return "", nil, err
		}
		if base, err = settingsJSON(settings); err != nil {
			return "", nil, err
		}
	}
	for key, value := range values {
		was, known := base[key]
		all = append(all, setting{key, value, was, known && !slices.Contains(ofImages, key) && !reflect.DeepEqual(was, value)})
	}
	slices.SortFunc(all, func(a, b setting) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return name, all, nil
}

// showRun answers with what is known of a run, apart from its metrics and log.
func (s *Server) showRun(r *http.Request) (any, error) {
	snap, err := s.runs.snapshot(r.FormValue("run"))
	if err != nil {
		return nil, err
	}
	name, settings, err := s.compare(snap.settings)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"overview": snap.overview(time.Now()), "settings": settings, "baseline": name,
		"command": snap.settings.Began.Command, "version": snap.settings.Began.Version,
		"probability": !snap.settings.Model.LossTraits().Critic, "classes": snap.settings.Model.Classes,
	}, nil
}

// showMetrics answers with the metrics and evaluations of a run, for a comparison.
func (s *Server) showMetrics(r *http.Request) (any, error) {
	snap, err := s.runs.snapshot(r.FormValue("run"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"metrics": append([]model.Metrics{}, snap.measured...), "evaluations": append([]run.Evaluation{}, snap.evaluated...)}, nil
}

var pictureName = regexp.MustCompile(`^(reals|fakes_init|fakes_\d{6,10})\.png$`)

// picture answers with a picture of a run's folder.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	p, err := s.runs.find(r.FormValue("run"))
	if err != nil {
		refuse(w, err)
		return
	}
	name := r.FormValue("name")
	if !pictureName.MatchString(name) {
		refuse(w, requestError{fmt.Errorf("name is %.80q, want that of a picture, as reals.png", name)})
		return
	}
	if err := s.runs.file(p.rel, name); err != nil {
		refuse(w, err)
		return
	}
	f, err := s.runs.root.Open(path.Join(p.rel, name))
	if err != nil {
		refuse(w, err)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-cache") // asks again whether it has changed
	http.ServeContent(w, r, name, info.ModTime(), f)
}
