package main

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"gorgan/model"
)

func TestShortDisplay(t *testing.T) {
	rows := []struct {
		m    model.Metrics
		want string
	}{
		{model.Metrics{Step: 1000, GLoss: 2.5, DLoss: 0.75, DReal: 0.8, DFake: 0.15, Value: -0.4, JSD: 0.49},
			"      1000     2.5000     0.7500     0.8000     0.1500  0.4900"},
		{model.Metrics{Step: 7, GLoss: 0.5, DLoss: 1.5, DReal: 0.5, DFake: 0.5, Value: -2.6, JSD: -0.63, Penalty: 0.01},
			"         7     0.5000     1.5000     0.5000     0.5000  0.0000     0.0100"},
		{model.Metrics{Step: math.MaxUint32, GLoss: -1.5e300, DLoss: 1e4, DReal: -9999.5, DFake: 0},
			"4294967295 -1.50e+300   1.00e+04 -9999.5000     0.0000       -"},
		{model.Metrics{GLoss: math.NaN(), DLoss: math.Inf(-1), DReal: math.Inf(1), DFake: 1, Penalty: math.MaxFloat64},
			"         0        NaN       -Inf       +Inf     1.0000       -  1.80e+308"},
		{model.Metrics{Step: 12, GLoss: 0.25, DLoss: 0.125, DReal: 0.2, DFake: 0.15, Convergence: 0.1625, Balance: 0.5},
			"        12     0.2500     0.1250     0.2000     0.1500 M 0.163"},
	}
	for _, r := range rows {
		if got := shortDisplay(r.m); got != r.want {
			t.Errorf("got  %q\nwant %q", got, r.want)
		}
	}
	for _, line := range []string{displayHeader, rows[2].want, rows[3].want} {
		if n := utf8.RuneCountInString(line); n > 79 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	// The columns end where their names do.
	if n := utf8.RuneCountInString(displayHeader); n != len(rows[1].want) {
		t.Errorf("the header has %d columns, a row %d", n, len(rows[1].want))
	}
}

// TestFitted: a narrow terminal has the first columns of the table, each whole.
func TestFitted(t *testing.T) {
	row := shortDisplay(model.Metrics{Step: 7, GLoss: 0.5, DLoss: 1.5, DReal: 0.25, DFake: 0.125, Value: -2.6, JSD: 0.5, Penalty: 0.01})
	for columns, want := range map[int]string{
		80: row, 74: row, 73: strings.TrimSuffix(row, "     0.0100"), 63: strings.TrimSuffix(row, "     0.0100"),
		62: "         7     0.5000     1.5000     0.2500     0.1250",
		60: "         7     0.5000     1.5000     0.2500     0.1250",
		40: "         7     0.5000     1.5000",
		22: "         7     0.5000", 21: "         7", 1: "         7",
	} {
		if got := fitted(row, columns); got != want {
			t.Errorf("%d columns: got %q, want %q", columns, got, want)
		}
	}
	for columns := range 100 {
		header := fitted(displayHeader, columns)
		if n := utf8.RuneCountInString(header); n >= columns && n > 10 || !strings.HasPrefix(displayHeader, header) {
			t.Errorf("%d columns: the header is %q", columns, header)
		}
		if short := fitted(row, columns); utf8.RuneCountInString(short) != utf8.RuneCountInString(header) {
			t.Errorf("%d columns: the header is %q, a row %q", columns, header, short)
		}
	}
	without := shortDisplay(model.Metrics{Step: 7, GLoss: 0.5, DLoss: 1.5})
	if got := fitted(without, 63); got != without {
		t.Errorf("got %q, want %q", got, without)
	}
}

// TestDisplay: a terminal has a table with one header; the log has the tutorial's lines.
func TestDisplay(t *testing.T) {
	m := model.Metrics{Step: 3, GLoss: 1, DLoss: 2}
	for _, table := range []bool{false, true} {
		var out, log strings.Builder
		u := newUI(&out, &strings.Builder{})
		u.table, u.across, u.log = table, func() int { return 80 }, &log
		u.display(m)
		u.display(m)
		full := displayed(m) + "\n"
		if log.String() != full+full {
			t.Errorf("table %v: logged %q", table, log.String())
		}
		want := full + full
		if table {
			row := shortDisplay(m) + "\n"
			want = displayHeader + "\n" + row + row
		}
		if out.String() != want {
			t.Errorf("table %v: wrote %q", table, out.String())
		}
	}
}

// TestProse: a terminal gets lines that fit it, the log and a file one line.
func TestProse(t *testing.T) {
	const text = "evaluation at step 500, with floors: frechet_distance 3.4 (2.26), missing_classes 0 (0); the best so far"
	for _, table := range []bool{false, true} {
		var out, log strings.Builder
		u := newUI(&out, &strings.Builder{})
		u.table, u.across, u.log = table, func() int { return 40 }, &log
		u.prose(text)
		want := text + "\n"
		if table {
			want = "evaluation at step 500, with floors:\n   frechet_distance 3.4 (2.26),\n   missing_classes 0 (0); the best so\n   far\n"
		}
		if out.String() != want || log.String() != text+"\n" {
			t.Errorf("table %v: wrote %q, logged %q", table, out.String(), log.String())
		}
	}
}

// full takes some bytes, then fails.
type full struct {
	left int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, f.err
	}
	f.left -= len(p)
	return len(p), nil
}

// TestFailed: the first error of out or of the log is kept, and out is then left alone.
func TestFailed(t *testing.T) {
	first := errors.New("no space left on device")
	out := &full{left: 2, err: first}
	u := newUI(out, &strings.Builder{})
	u.say("a")
	if u.failed() != nil {
		t.Fatal(u.failed())
	}
	u.say("bcd")
	out.err, out.left = errors.New("another"), 9
	u.say("e")
	if err := u.failed(); !errors.Is(err, first) || err.Error() != "standard output: no space left on device" {
		t.Error(err)
	}
	if out.left != 9 {
		t.Error("written to after it failed")
	}

	u = newUI(&strings.Builder{}, &full{err: first}) // notes may be lost
	u.note("a")
	if u.failed() != nil {
		t.Error(u.failed())
	}
	u.log = &full{err: first}
	u.note("a")
	if u.failed() != first {
		t.Error(u.failed())
	}
}
