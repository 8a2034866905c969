package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"gorgan/model"
	"gorgan/model/run"
)

// jsonEvents writes the events of a run as lines of JSON: train --json. It is an observer. What it writes has the fields of
// the run's own files. The output keeps an error of writing, which ends the run as one of the lines for people does.
type jsonEvents struct {
	out    io.Writer
	folder *run.Folder // nil before the run has one
}

// jsonEvent is what all events have.
type jsonEvent struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
}

func (e *jsonEvents) of(name string) jsonEvent {
	return jsonEvent{name, time.Now().UTC().Round(time.Millisecond)}
}

// write writes an event. Events of a command without --json go nowhere.
func (e *jsonEvents) write(event any) error {
	line, err := json.Marshal(event)
	if err != nil {
		return err
	}
	_, err = e.out.Write(append(line, '\n'))
	return err
}

// began tells that training begins, or goes on.
func (e *jsonEvents) began(s *session, device string) error {
	e.folder = s.folder
	return e.write(struct {
		jsonEvent
		Run      string       `json:"run"`
		Step     uint32       `json:"step"`
		Steps    uint32       `json:"steps"`
		Device   string       `json:"device"`
		Version  string       `json:"version"`
		Settings run.Settings `json:"settings"`
	}{e.of("began"), s.folder.Dir, s.step(), s.Steps, device, version(), s.Settings})
}

// ended tells how the command ended, which is the last event: with the summary of a run whose state is saved, or with the
// error. An error of writing is in the output.
func (e *jsonEvents) ended(folder *run.Folder, failed error) {
	if folder != nil && (failed == nil || errors.As(failed, new(run.CollapseError)) || errors.Is(failed, context.Canceled)) {
		if sum, err := run.ReadSummary(folder.Dir); err == nil && sum != nil {
			_ = e.write(struct {
				jsonEvent
				Run string `json:"run"`
				run.Summary
			}{e.of("ended"), folder.Dir, *sum})
			return
		}
	}
	if failed != nil {
		_ = e.write(struct {
			jsonEvent
			Error string `json:"error"`
		}{e.of("failed"), sentence(failed)})
	}
}

func (e *jsonEvents) Measured(m model.Metrics) error {
	return e.write(struct {
		jsonEvent
		model.Metrics
	}{e.of("metrics"), m})
}

func (e *jsonEvents) Evaluated(of *run.Evaluation, _ string) error {
	best := e.folder.Best()
	return e.write(struct {
		jsonEvent
		Best bool `json:"best"` // so far
		run.Evaluation
	}{e.of("evaluation"), best != nil && best.Step == of.Step, *of})
}

func (e *jsonEvents) Saved(step uint32) {
	_ = e.write(struct { // Progress of terminalObserver finds an error
		jsonEvent
		Step       uint32 `json:"step"`
		Checkpoint string `json:"checkpoint"`
	}{e.of("saved"), step, e.folder.Checkpoint(step)})
}

func (e *jsonEvents) Warned(text string) {
	_ = e.write(struct {
		jsonEvent
		Text string `json:"text"`
	}{e.of("warning"), text})
}

func (e *jsonEvents) Displayed(model.Metrics) error        { return nil }
func (e *jsonEvents) Progress(model.Metrics) error         { return nil }
func (e *jsonEvents) Evaluating(step uint32, stage string) {}
