package main

import (
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
)

// after is a bar that stands at done of total, having begun at from that long ago.
func after(what string, from, done, total int, spent time.Duration) *bar {
	begun := time.Unix(0, 0)
	b := &bar{what: what, unit: "step", done: from, total: total, at: begun}
	b.advance(done, begun.Add(spent))
	return b
}

func TestBarText(t *testing.T) {
	b := after("training  G 0.693  D 1.386", 0, 3000, 15000, 10*time.Second)
	for columns, want := range map[int]string{
		39:  "",
		40:  "training  G 0.693  D…  3000/15000 20%",
		50:  "training  G 0.693  D 1.386  3000/15000 20%",
		60:  "training  G 0.693  D 1.386  3000/15000 20%  40s left",
		80:  "training  G 0.693  D 1.386  [█        ]  3000/15000 20%  40s left  300 step/s",
		100: "training  G 0.693  D 1.386  [████                    ]  3000/15000 20%  40s left  300 step/s",
	} {
		if got := b.text(columns); got != want {
			t.Errorf("%d columns:\n got %q\nwant %q", columns, got, want)
		}
	}
}

// TestBarFits: whatever it shows, a bar leaves the last column and those of a ^C free, and has
// graphics where there is room for them only.
func TestBarFits(t *testing.T) {
	for _, b := range []*bar{
		after("", 0, 0, 1, 0),
		after("training  G -1.234e+10  D 1.386", 0, 4294967295, 4294967295, 1e9),
		after("reading "+strings.Repeat("a/long/folder/", 20), 0, 1, 1000000, time.Hour),
		after("lesen 图像/日本語のフォルダ/とても長い名前のファイルです", 4294967000, 4294967001, 4294967295, time.Second),
	} {
		for columns := range 201 {
			text := b.text(columns)
			if w := runewidth.StringWidth(text); w > 0 && w >= columns-2 || w > 0 && columns < leastColumns {
				t.Fatalf("%d columns: %d are taken by %q", columns, w, text)
			}
			if columns < graphicColumns && strings.Contains(text, "[") {
				t.Fatalf("%d columns: graphics in %q", columns, text)
			}
			if columns >= leastColumns && !strings.Contains(text, "/") {
				t.Fatalf("%d columns: no count in %q", columns, text)
			}
		}
	}
}

// TestBarRate: the rate of a resumed run is that of this session, and neither an evaluation
// nor what follows its last report counts as time spent on steps.
func TestBarRate(t *testing.T) {
	b := after("", 10000, 10100, 20000, time.Second)
	holds := func(when string) {
		t.Helper()
		if b.rate() != "100 step/s" || b.left() != "1m39s left" {
			t.Errorf("%s: %q, %q", when, b.rate(), b.left())
		}
	}
	holds("after a resume")
	now := b.at
	for range 100 { // an evaluation
		now = now.Add(10 * time.Second)
		b.advance(10100, now)
		holds("evaluating")
	}
	b.advance(10101, now.Add(10*time.Second))
	if b.rate() != "100 step/s" {
		t.Errorf("after an evaluation: %q", b.rate())
	}
	b.advance(10201, b.at.Add(time.Second))
	if b.rate() != "100 step/s" || b.left() != "1m37s left" {
		t.Errorf("on: %q, %q", b.rate(), b.left())
	}
	if b := after("", 0, 1, 10, 4*time.Second); b.rate() != "4.0 s/step" || b.left() != "36s left" {
		t.Errorf("slow: %q, %q", b.rate(), b.left())
	}
	if b := after("", 5, 5, 10, time.Hour); b.rate() != "" || b.left() != "" {
		t.Errorf("at first: %q, %q", b.rate(), b.left())
	}
}

// TestBarIsWiped: what is drawn, and a ^C behind it, is overwritten by as many blanks before a
// line is written.
func TestBarIsWiped(t *testing.T) {
	var err, out strings.Builder
	u := newUI(&out, &err)
	u.terminal, u.width = true, func() int { return 60 }
	u.start("reading", "image", 0, 10)
	const drawn = "reading  [                        ]  0/10 0%"
	if err.String() != drawn {
		t.Fatalf("drawn is %q", err.String())
	}
	u.note("a note")
	u.stop()
	wiped := "\r" + strings.Repeat(" ", runewidth.StringWidth(drawn+"^C")) + "\r"
	if want := drawn + wiped + "a note\n" + drawn + wiped; err.String() != want {
		t.Errorf("got %q, want %q", err.String(), want)
	}
}

// TestBarUnit: where the parts mean nothing to a person, their rate is not shown.
func TestBarUnit(t *testing.T) {
	b := after("parzen", 0, 3000, 15000, 10*time.Second)
	b.unit = ""
	if got, want := b.text(80), "parzen  [████                    ]  3000/15000 20%  40s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
