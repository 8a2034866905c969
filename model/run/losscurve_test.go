package run

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/plot/plotter"

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
