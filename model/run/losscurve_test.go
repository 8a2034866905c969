package run

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"gorgan/model"
	"gorgan/model/curve"
)

// TestLossPlotIsSeldomDrawn: 3000 display steps in 3 seconds draw a few pictures, and the
// last one shows them all.
func TestLossPlotIsSeldomDrawn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loss.png")
	now := time.Unix(0, 0)
	s := Settings{Data: "folder/digits.txt", Model: model.Default()}
	p := newLossPlot(path, s)
	p.now = func() time.Time { return now }
	if want := "digits · non-saturating · seed 1"; p.title != want {
		t.Errorf("the title is %q, want %q", p.title, want)
	}
	drawn := func(act func([]model.Metrics) error, history []model.Metrics) bool {
		t.Helper()
		os.Remove(path)
		if err := act(history); err != nil {
			t.Fatal(err)
		}
		_, err := os.Stat(path)
		return err == nil
	}
	var history []model.Metrics
	if drawn(p.flush, history) {
		t.Error("a picture of nothing was drawn")
	}
	times := 0
	for step := range uint32(3000) {
		history = append(history, model.Metrics{Step: step, GLoss: 1, DLoss: 2, JSD: 0.5})
		now = now.Add(time.Millisecond)
		if drawn(p.update, history) {
			times++
		}
	}
	if times < 3 || times > 5 {
		t.Errorf("drawn %d times in 3 seconds, want about 3", times)
	}
	if !drawn(p.flush, history) {
		t.Error("the last points are not in the picture")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if c, err := png.DecodeConfig(f); err != nil || c.Width != 1600 || c.Height != 1000 {
		t.Errorf("%dx%d pixels, %v, want 1600x1000", c.Width, c.Height, err)
	}
	if drawn(p.flush, history) {
		t.Error("a picture that shows all was drawn again")
	}
}

// TestPieces: the pieces of a line have all of it.
func TestPieces(t *testing.T) {
	for n := 1; n < 5*pieceLength; n++ {
		points := make([]curve.Point, n)
		for i := range points {
			points[i] = curve.Point{X: float64(i), Y: 1}
		}
		lines, err := pieces(points, draw.LineStyle{})
		if err != nil {
			t.Fatal(err)
		}
		at := 0.0
		for _, line := range lines {
			if line.XYs[0].X != at || len(line.XYs) > pieceLength {
				t.Fatalf("a piece of %d points begins at %v, want %v", len(line.XYs), line.XYs[0].X, at)
			}
			at = line.XYs[len(line.XYs)-1].X
		}
		if at != float64(n-1) {
			t.Fatalf("the pieces of %d points end at %v", n, at)
		}
	}
}

// TestCurvesRepeat: the same history gives the same picture.
func TestCurvesRepeat(t *testing.T) {
	history := make([]model.Metrics, 2000)
	for i := range history {
		history[i] = model.Metrics{Step: uint32(i + 1), GLoss: 2 + math.Sin(float64(i*i)), DLoss: 1 + 0.5*math.Cos(float64(i*i)), JSD: 0.1}
	}
	var pictures [2][]byte
	for i := range pictures {
		path := filepath.Join(t.TempDir(), "loss.png")
		if err := writeCurves(path, "title", history); err != nil {
			t.Fatal(err)
		}
		var err error
		if pictures[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(pictures[0], pictures[1]) {
		t.Error("the pictures differ")
	}
}

// TestRoundAxes: steps from 0 on, and values between two marks.
func TestRoundAxes(t *testing.T) {
	p := plot.New()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 1, 15000, -0.19, 6.1
	roundAxes(p)
	labels := func(a plot.Axis) (all []string) {
		for _, tick := range a.Tick.Marker.Ticks(a.Min, a.Max) {
			all = append(all, tick.Label)
		}
		return all
	}
	if got := strings.Join(labels(p.X), " "); p.X.Min != 0 || p.X.Max != 15000 || got != "0 2k 4k 6k 8k 10k 12k 14k" {
		t.Errorf("steps from %v to %v, marked %s", p.X.Min, p.X.Max, got)
	}
	if got := strings.Join(labels(p.Y), " "); p.Y.Min != -2 || p.Y.Max != 8 || got != "-2 0 2 4 6 8" {
		t.Errorf("values from %v to %v, marked %s", p.Y.Min, p.Y.Max, got)
	}
}
