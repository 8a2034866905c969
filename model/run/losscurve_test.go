package run

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"gorgan/model"
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

func TestThin(t *testing.T) {
	points := make(plotter.XYs, 100_000)
	for i := range points {
		points[i] = plotter.XY{X: float64(i), Y: 1}
	}
	points[777].Y, points[50_001].Y = 9, -9
	thinned := thin(points)
	if n := len(thinned); n < 3 || n > CurvePoints {
		t.Errorf("%d points, want at most %d", n, CurvePoints)
	}
	if thinned[0] != points[0] || thinned[len(thinned)-1] != points[len(points)-1] {
		t.Error("the first or the last point is lost")
	}
	spikes := 0
	for i, p := range thinned {
		if i > 0 && p.X <= thinned[i-1].X {
			t.Fatalf("point %d is not after the one before", i)
		}
		if p == points[777] || p == points[50_001] {
			spikes++
		}
	}
	if spikes != 2 {
		t.Errorf("%d of 2 spikes are left", spikes)
	}
	if few := points[:CurvePoints]; len(thin(few)) != CurvePoints {
		t.Error("few points were thinned")
	}
}

// TestMeans: the means of a straight line are the line, to its ends, and noise is averaged.
func TestMeans(t *testing.T) {
	points := make(plotter.XYs, 500)
	for i := range points {
		points[i] = plotter.XY{X: float64(2 * i), Y: 3*float64(i) + 7}
	}
	for i, p := range means(points) {
		if p.X != points[i].X || math.Abs(p.Y-points[i].Y) > 1e-9 {
			t.Fatalf("point %d is %v, want %v", i, p, points[i])
		}
	}
	points[250].Y += 11
	if got := means(points)[245].Y - 3*245 - 7; math.Abs(got-1) > 1e-9 {
		t.Errorf("11 more in one of 11 points makes the mean %v more", got)
	}
	if got := means(points)[256].Y; math.Abs(got-3*256-7) > 1e-9 {
		t.Errorf("a point outside of the mean makes it %v", got)
	}
}

// TestPieces: the pieces of a line have all of it.
func TestPieces(t *testing.T) {
	for n := 1; n < 5*pieceLength; n++ {
		points := make(plotter.XYs, n)
		for i := range points {
			points[i] = plotter.XY{X: float64(i), Y: 1}
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
