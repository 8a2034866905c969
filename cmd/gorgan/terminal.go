package main

import (
	"fmt"

	"gorgan/model"
	"gorgan/model/run"
)

// terminalObserver shows a run to the user: the bar, a line for each display step and evaluation, and
// warnings. The run's log.txt gets the lines too.
type terminalObserver struct {
	ui       *ui
	requests *saveRequests
}

func (t terminalObserver) Progress(m model.Metrics) error {
	losses := fmt.Sprintf("training  G %.3f  D %.3f", m.GLoss, m.DLoss)
	if m.Convergence != 0 {
		losses += fmt.Sprintf("  M %.3f", m.Convergence)
	}
	t.ui.progress(int(m.Step), losses)
	if err := t.ui.failed(); err != nil {
		return fmt.Errorf("the run's output: %w", err)
	}
	return nil
}

func (t terminalObserver) Measured(model.Metrics) error { return nil }

func (t terminalObserver) Displayed(m model.Metrics) error {
	t.ui.display(m)
	return nil
}

func (t terminalObserver) Evaluating(step uint32, stage string) {
	t.ui.progress(int(step), "evaluating: "+stage)
}

func (t terminalObserver) Evaluated(_ *run.Evaluation, line string) error {
	t.ui.prose(line)
	return nil
}

func (t terminalObserver) Saved(step uint32) {
	if t.requests.saved() {
		t.ui.note("step %d is saved, as a signal asked; the run goes on", step)
	}
}

func (t terminalObserver) Warned(text string) { t.ui.note("warning: %s", text) }
