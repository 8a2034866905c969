package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// ui is where a command speaks. The rules: what was asked for goes to out; progress,
// notes and errors go to err; a bar is drawn on a terminal only, and wiped before a
// line is written; sentences begin small and have no full stop.
type ui struct {
	out, err io.Writer
	terminal bool      // err is one
	log      io.Writer // gets a copy of what say and note write
	bar      *progressbar.ProgressBar
	drawn    time.Time // when the bar last moved
}

func newUI(out, err io.Writer) *ui {
	f, ok := err.(*os.File)
	return &ui{out: out, err: err, terminal: ok && term.IsTerminal(int(f.Fd())), log: io.Discard}
}

// say writes a line of results.
func (u *ui) say(format string, args ...any) { u.line(u.out, format, args...) }

// note writes a line about what goes on.
func (u *ui) note(format string, args ...any) { u.line(u.err, format, args...) }

func (u *ui) line(w io.Writer, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if u.bar != nil {
		u.bar.Clear()
	}
	fmt.Fprintln(w, text)
	fmt.Fprintln(u.log, text)
	if u.bar != nil {
		u.bar.RenderBlank()
	}
}

// start draws a bar of total units on a terminal.
func (u *ui) start(what, unit string, total int) {
	if !u.terminal {
		return
	}
	u.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(u.err),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	u.bar.RenderBlank()
}

// progress moves the bar, some times a second at most.
func (u *ui) progress(done int, what string) {
	if u.bar == nil || time.Since(u.drawn) < 100*time.Millisecond {
		return
	}
	u.drawn = time.Now()
	u.bar.Describe(what)
	u.bar.Set(done)
}

// stop wipes the bar.
func (u *ui) stop() {
	if u.bar != nil {
		u.bar.Clear()
		u.bar = nil
	}
}
