package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/term"

	"gorgan/model"
)

// ui writes what a command prints. These are the rules:
//
//   - Results go to out. Progress, notes and errors go to err. After resultsToErr, results go to err too.
//   - A bar is drawn only on a terminal, and wiped before a line is written.
//   - A sentence begins in lower case and has no full stop.
//   - failed reports what could not be written to out or log. err may go nowhere.
type ui struct {
	out      *output
	err      io.Writer
	results  io.Writer  // out or err
	terminal bool       // err is one
	table    bool       // results go to a terminal: display steps are rows of a table
	width    func() int // columns of the terminal that err is
	across   func() int // columns of the terminal that results go to
	log      io.Writer  // gets a copy of what say and note write
	lost     error      // the first that log returned
	bar      *bar       // nil for none
	headed   bool       // the table has its header
}

func newUI(out, err io.Writer) *ui {
	o, table := terminal(out)
	e, isTerminal := terminal(err)
	to := &output{to: out}
	return &ui{out: to, results: to, err: err, terminal: isTerminal, table: table, width: columnsOf(e), across: columnsOf(o), log: io.Discard}
}

// resultsToErr leaves out to what programs read.
func (u *ui) resultsToErr() { u.results, u.table, u.across = u.err, u.terminal, u.width }

// columnsOf returns the width of a terminal, which may change.
func columnsOf(f *os.File) func() int {
	return func() int {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil || columns == 0 { // a terminal without a size, as in some containers
			return 80
		}
		return columns
	}
}

func terminal(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// output is the standard output. It keeps the first error and writes nothing after it.
type output struct {
	to  io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(p)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err // the path is only a name for the stream
		}
		o.err = fmt.Errorf("standard output: %w", err)
	}
	return n, o.err
}

// failed returns the first error of writing to out or log, or nil.
func (u *ui) failed() error {
	if u.out.err != nil {
		return u.out.err
	}
	return u.lost
}

// say writes a line of results.
func (u *ui) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	u.line(u.results, text, text)
}

// prose writes a long line of results. On a terminal it breaks the line to fit.
func (u *ui) prose(text string) {
	short := text
	if u.table {
		short = strings.Join(wrapped(text, max(u.across()-1-len(margin), 1)), "\n"+margin)
	}
	u.line(u.results, short, text)
}

// note writes a line about what happens. It may name files.
func (u *ui) note(format string, args ...any) {
	text := printable(fmt.Sprintf(format, args...))
	u.line(u.err, text, text)
}

// notes writes a line for each note.
func (u *ui) notes(all []string) {
	for _, note := range all {
		u.note("%s", note)
	}
}

// display writes a display step. On a terminal it is a row of a table. Elsewhere and in the log
// it is the tutorial's line.
func (u *ui) display(m model.Metrics) {
	full := displayed(m)
	if !u.table {
		u.line(u.results, full, full)
		return
	}
	short := fitted(shortDisplay(m), u.across())
	if !u.headed {
		u.headed = true
		short = fitted(displayHeader, u.across()) + "\n" + short
	}
	u.line(u.results, short, full)
}

// line writes text to w, and writes logged to the log.
func (u *ui) line(w io.Writer, text, logged string) {
	u.wipe()
	fmt.Fprintln(w, text)
	if _, err := fmt.Fprintln(u.log, logged); err != nil && u.lost == nil {
		u.lost = err
	}
	u.draw()
}
