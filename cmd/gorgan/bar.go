package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// bar shows the progress of a piece of work: done of total units. This process started at
// from.
type bar struct {
	what, unit  string // no unit: the rate means nothing to a person
	done, total int

	// The rate counts the time spent on units. It leaves out time in which no unit was done,
	// such as that of an evaluation.
	counted int
	spent   time.Duration
	at      time.Time // of the last progress
	paused  bool      // and it moved nothing

	drawn   time.Time
	columns int // drawn
}

// The columns that a bar needs without and with graphics.
const (
	leastColumns   = 40
	graphicColumns = 60
)

// echo is the number of columns behind the bar in which a terminal shows a Ctrl-C. They stay
// free, because a bar that wraps to the next line could not be wiped.
const echo = len("^C")

// start draws a bar on a terminal, for work that has done from of total units.
func (u *ui) start(what, unit string, from, total int) {
	if !u.terminal {
		return
	}
	u.bar = &bar{what: what, unit: unit, done: from, total: max(total, 1), at: time.Now()}
	u.draw()
}

// progress moves the bar to done units, counted as from is in start. It draws the bar at most
// a few times a second. Work that reports the same done again pauses the bar's clock.
func (u *ui) progress(done int, what string) {
	b := u.bar
	if b == nil {
		return
	}
	b.what = what
	b.advance(done, time.Now())
	if b.at.Sub(b.drawn) < 100*time.Millisecond {
		return
	}
	u.wipe()
	u.draw()
}

func (b *bar) advance(done int, now time.Time) {
	moved := done > b.done
	if moved && !b.paused {
		b.counted += done - b.done
		b.spent += now.Sub(b.at)
	}
	b.done, b.at, b.paused = done, now, !moved
}

// stop wipes the bar.
func (u *ui) stop() {
	u.wipe()
	u.bar = nil
}

func (u *ui) draw() {
	if u.bar == nil {
		return
	}
	text := u.bar.text(u.width())
	io.WriteString(u.err, text)
	u.bar.columns, u.bar.drawn = runewidth.StringWidth(text), time.Now()
}

func (u *ui) wipe() {
	if u.bar == nil || u.bar.columns == 0 {
		return
	}
	blank := min(u.bar.columns+echo, u.width()-1) // a window that was made smaller has wrapped it
	io.WriteString(u.err, "\r"+strings.Repeat(" ", max(blank, 0))+"\r")
	u.bar.columns = 0
}

// text returns the bar for a terminal of so many columns. The last column and those of the
// echo stay free. On a narrow terminal the rate goes first, then the time left, then what is
// done; the count stays.
func (b *bar) text(columns int) string {
	if columns < leastColumns {
		return ""
	}
	const gap = 2
	tail := []string{fmt.Sprintf("%d/%d %d%%", b.done, b.total, int(100*float64(b.done)/float64(b.total)))}
	room := columns - 1 - echo - runewidth.StringWidth(tail[0])
	what := runewidth.Truncate(printable(b.what), max(room-gap, 0), "…")
	room -= runewidth.StringWidth(what) + gap
	for _, field := range []string{b.left(), b.rate()} {
		if field != "" && len(field)+gap <= room {
			tail = append(tail, field)
			room -= len(field) + gap
		}
	}
	head := what
	if cells := min(room-gap-2, 24); columns >= graphicColumns && cells >= 6 {
		full := min(cells*b.done/b.total, cells)
		head += "  [" + strings.Repeat("█", full) + strings.Repeat(" ", cells-full) + "]"
	}
	return head + "  " + strings.Join(tail, "  ")
}

// perSecond returns the rate, or 0 if too little is done to know it.
func (b *bar) perSecond() float64 {
	if b.spent < 200*time.Millisecond {
		return 0
	}
	return float64(b.counted) / b.spent.Seconds()
}

func (b *bar) rate() string {
	switch r := b.perSecond(); {
	case r == 0 || b.unit == "":
		return ""
	case r < 1:
		return fmt.Sprintf("%.1f s/%s", 1/r, b.unit)
	case r < 10:
		return fmt.Sprintf("%.1f %s/s", r, b.unit)
	default:
		return fmt.Sprintf("%.0f %s/s", r, b.unit)
	}
}

func (b *bar) left() string {
	r := b.perSecond()
	if r == 0 || b.done >= b.total {
		return ""
	}
	seconds := float64(b.total-b.done) / r
	if seconds > 1e8 {
		return "years left"
	}
	return (time.Duration(seconds) * time.Second).String() + " left"
}
