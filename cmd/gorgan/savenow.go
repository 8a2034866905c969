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

// ignoreSaveRequests lets a signal that comes where there is nothing to save end nothing.
func ignoreSaveRequests() {
	if asking := saveSignals(); len(asking) > 0 { // of no signals, Ignore would take all
		signal.Ignore(asking...)
	}
}

// passOnSaveRequests sends the signals to a process too, until stop returns.
func passOnSaveRequests(p *os.Process) (stop func()) {
	r := takeSaveRequests()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range r.signals {
			_ = p.Signal(s) // a process that has ended has saved its run
		}
	}()
	return func() {
		r.stop()
		close(r.signals)
		<-done
	}
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
