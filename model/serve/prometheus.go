package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// exposition writes Prometheus's text format, version 0.0.4: all samples of a metric below its help.
type exposition struct{ text bytes.Buffer }

func (e *exposition) metric(name, kind, help string, samples func(sample func(value float64, labels ...string))) {
	fmt.Fprintf(&e.text, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", name, help, kind)
	samples(func(value float64, labels ...string) {
		e.text.WriteString(name)
		for i := 0; i < len(labels); i += 2 {
			e.text.WriteString([]string{"{", ","}[min(i, 1)] + labels[i] + `="` + labelEscapes.Replace(labels[i+1]) + `"`)
		}
		if len(labels) > 0 {
			e.text.WriteString("}")
		}
		e.text.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
	})
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// prometheus answers with the newest figures of all runs.
func (s *Server) prometheus(w http.ResponseWriter, _ *http.Request) {
	names, err := s.runs.names()
	if err != nil {
		refuse(w, err)
		return
	}
	var all []*snapshot
	for _, name := range names {
		if snap, err := s.runs.snapshot(name); err == nil { // one that cannot be read is told by gorgan_runs_unreadable
			all = append(all, snap)
		}
	}
	var e exposition
	e.metric("gorgan_runs", "gauge", "Runs in the folder.", func(sample func(float64, ...string)) { sample(float64(len(names))) })
	e.metric("gorgan_runs_unreadable", "gauge", "Runs that cannot be read.", func(sample func(float64, ...string)) { sample(float64(len(names) - len(all))) })
	e.metric("gorgan_streams", "gauge", "Pages that follow a run.", func(sample func(float64, ...string)) { sample(float64(s.streams.n.Load())) })
	now := time.Now()
	each := func(name, kind, help string, value func(snap *snapshot, sample func(float64, ...string))) {
		e.metric(name, kind, help, func(sample func(float64, ...string)) {
			for _, snap := range all {
				value(snap, func(v float64, labels ...string) { sample(v, append([]string{"run", snap.name}, labels...)...) })
			}
		})
	}
	each("gorgan_run_training", "gauge", "1 if the run seems to train, else 0.", func(snap *snapshot, sample func(float64, ...string)) {
		sample(map[bool]float64{true: 1}[snap.state(now) == training])
	})
	each("gorgan_run_news_timestamp_seconds", "gauge", "When a file of the run last changed.", func(snap *snapshot, sample func(float64, ...string)) {
		sample(float64(snap.news.UnixMilli()) / 1000)
	})
	each("gorgan_run_step", "gauge", "The newest step.", func(snap *snapshot, sample func(float64, ...string)) { sample(float64(snap.step())) })
	each("gorgan_run_steps", "gauge", "The step that the run ends at.", func(snap *snapshot, sample func(float64, ...string)) { sample(float64(snap.settings.Steps)) })
	for _, m := range []struct {
		name, help string
		value      func(*snapshot) float64
	}{
		{"gorgan_run_generator_loss", "The generator's loss.", func(s *snapshot) float64 { return s.measured[len(s.measured)-1].GLoss }},
		{"gorgan_run_discriminator_loss", "The discriminator's loss, with penalties.", func(s *snapshot) float64 { return s.measured[len(s.measured)-1].DLoss }},
		{"gorgan_run_discriminator_real", "The mean of D(x).", func(s *snapshot) float64 { return s.measured[len(s.measured)-1].DReal }},
		{"gorgan_run_discriminator_fake", "The mean of D(G(z)).", func(s *snapshot) float64 { return s.measured[len(s.measured)-1].DFake }},
		{"gorgan_run_images_per_second", "Real images trained on in a second.", func(s *snapshot) float64 { return s.measured[len(s.measured)-1].ImagesPerSecond }},
		{"gorgan_run_training_seconds", "The time spent training.", func(s *snapshot) float64 { return s.measured[len(s.measured)-1].Seconds }},
	} {
		each(m.name, "gauge", m.help, func(snap *snapshot, sample func(float64, ...string)) {
			if len(snap.measured) > 0 {
				sample(m.value(snap))
			}
		})
	}
	each("gorgan_run_warnings", "gauge", "Warnings that the run gave.", func(snap *snapshot, sample func(float64, ...string)) { sample(float64(len(snap.warnings))) })
	for _, of := range []struct {
		name, help string
		floor      bool
	}{{"gorgan_run_evaluation", "A figure of the newest evaluation.", false}, {"gorgan_run_evaluation_floor", "The same figure of real images.", true}} {
		each(of.name, "gauge", of.help, func(snap *snapshot, sample func(float64, ...string)) {
			if len(snap.evaluated) == 0 {
				return
			}
			for _, f := range snap.evaluated[len(snap.evaluated)-1].Figures {
				value := f.Value
				if of.floor {
					value = f.Floor
				}
				sample(value, "figure", f.Name)
			}
		})
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(e.text.Bytes())
}
