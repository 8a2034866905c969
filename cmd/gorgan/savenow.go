package main

import (
	"os"
	"os/signal"
)

// saveRequests are signals that ask a run to save its state and go on. Its methods are for one goroutine.
type saveRequests struct {
	signals chan os.Signal
	waiting bool // for the save that a signal asked for
}

// takeSaveRequests receives the signals until stop.
func takeSaveRequests() *saveRequests {
	r := &saveRequests{signals: make(chan os.Signal, 1)}
	if asking := saveSignals(); len(asking) > 0 { // of no signals, Notify would take all
		signal.Notify(r.signals, asking...)
	}
	return r
}

func (r *saveRequests) stop() { signal.Stop(r.signals) }

// asked reports whether a signal has come since the last call.
func (r *saveRequests) asked() bool {
	select {
	case <-r.signals:
		r.waiting = true
		return true
	default:
		return false
	}
}

// saved reports whether a signal asked for the checkpoint that was written.
func (r *saveRequests) saved() bool {
	was := r.waiting
	r.waiting = false
	return was
}
