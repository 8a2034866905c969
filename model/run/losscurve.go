package run

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
	"gorgan/model/curve"
)

// lossPlot is the picture of a run's curves. Drawing it takes long compared with a step of a
// small net, so it is not drawn at each display step.
type lossPlot struct {
	path, title string
	now         func() time.Time
	drawn       time.Time // when it was drawn last
	shown       int       // how many points of the history it shows
}

// drawEvery is the shortest time between two drawings.
const drawEvery = time.Second

func newLossPlot(path string, s Settings) lossPlot {
	return lossPlot{path: path, title: fmt.Sprintf("%s · %s · seed %d", sourceName(s.Data), s.Model.Loss, s.Model.Seed), now: time.Now}
}

// update draws the picture, unless it was drawn less than drawEvery ago.
func (p *lossPlot) update(history []model.Metrics) error {
	if p.now().Sub(p.drawn) < drawEvery {
		return nil
	}
	return p.flush(history)
}

// flush draws the picture, unless it already shows all of history.
func (p *lossPlot) flush(history []model.Metrics) error {
	if len(history) == p.shown {
		return nil
	}
	if err := writeCurves(p.path, p.title, history); err != nil {
		return err
	}
	p.drawn, p.shown = p.now(), len(history)
	return nil
}

// CurvePoints is the approximate number of points of a run's curves.
const CurvePoints = curve.MostPoints

// Curve is one figure over the steps.
type Curve struct {
	Name  string
	Value func(model.Metrics) float64
	Level bool // the same at each step, for comparison
	color color.Color
}

// Points returns the curve's points over a run's history.
func (c Curve) Points(history []model.Metrics) []curve.Point {
	points := make([]curve.Point, len(history))
	for i, m := range history {
		points[i] = curve.Point{X: float64(m.Step), Y: c.Value(m)}
	}
	return points
}

// Curves returns the curves of both losses and, if it has a meaning, of the divergence. It
// also returns levels to compare with: the losses of the classic GAN are log 2 and log 4 if the
// discriminator cannot tell real from fake, and a divergence is at most log 2.
func Curves(history []model.Metrics) []Curve {
	level := func(name string, value float64) Curve {
		return Curve{name, func(model.Metrics) float64 { return value }, true, color.Gray{Y: 0x60}}
	}
	curves := []Curve{
		{"generator loss", func(m model.Metrics) float64 { return m.GLoss }, false, color.NRGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}},
		{"discriminator loss", func(m model.Metrics) float64 { return m.DLoss }, false, color.NRGBA{R: 0xd6, G: 0x27, B: 0x28, A: 0xff}},
	}
	if slices.ContainsFunc(history, func(m model.Metrics) bool { return m.JSD != 0 }) {
		// A bound below 0 says nothing.
		jsd := func(m model.Metrics) float64 { return max(0, m.JSD) }
		curves = append(curves, Curve{"Jensen-Shannon, lower bound", jsd, false, color.NRGBA{R: 0x2c, G: 0xa0, B: 0x2c, A: 0xff}},
			level("log 2", math.Ln2), level("log 4", 2*math.Ln2))
	}
	return curves
}

// lines returns the curve of c over history as lines to draw, the last of which is as in the legend.
// Above curve.MeansFrom points a thick curve shows the means, over a thin pale one of the values.
func (c Curve) lines(history []model.Metrics) (all []*plotter.Line, err error) {
	points := c.Points(history)
	style := draw.LineStyle{Color: c.color, Width: vg.Points(1.5)}
	switch {
	case c.Level:
		style.Width = vg.Points(0.75)
		style.Dashes = []vg.Length{vg.Points(4), vg.Points(c.Value(model.Metrics{}) * 3)} // tells one from the other
		points = []curve.Point{points[0], points[len(points)-1]}
	case len(points) > curve.MeansFrom:
		if all, err = pieces(curve.Thin(points), draw.LineStyle{Color: pale(c.color), Width: vg.Points(0.75)}); err != nil {
			return nil, err
		}
		points = curve.Means(points)
	}
	thick, err := pieces(curve.Thin(points), style)
	return append(all, thick...), err
}

// pieceLength is the number of points of a line that is drawn at once. Drawing takes a time that
// grows with its square, if the line goes up and down: 500 points at once take seconds.
const pieceLength = 16

// pieces returns the lines that make one line through points.
func pieces(points []curve.Point, style draw.LineStyle) (all []*plotter.Line, err error) {
	for first := 0; first == 0 || first < len(points)-1; first += pieceLength - 1 {
		var piece plotter.XYs
		for _, p := range points[first:min(first+pieceLength, len(points))] {
			piece = append(piece, plotter.XY(p))
		}
		line, err := plotter.NewLine(piece)
		if err != nil {
			return nil, err
		}
		line.LineStyle = style
		all = append(all, line)
	}
	return all, nil
}

// pale mixes c with two parts of white. It is opaque, so that pieces can overlap.
func pale(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	mix := func(v uint32) uint8 { return uint8((v>>8 + 2*0xff) / 3) }
	return color.NRGBA{R: mix(r), G: mix(g), B: mix(b), A: 0xff}
}

// The picture is 1600x1000 pixels.
const (
	plotWidth, plotHeight = 16 * vg.Centimeter, 10 * vg.Centimeter
	plotDPI               = 254
	legendHeight          = vg.Centimeter
)

// writeCurves draws the curves of a run. The legend stands below them, where it hides none.
func writeCurves(path, title string, history []model.Metrics) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text = title, "step"
	p.Title.Padding = vg.Points(6)
	if len(history) > curve.MeansFrom {
		p.X.Label.Text = "step; thick lines are means"
	}
	curves := Curves(history)
	if len(curves) > 2 {
		p.Y.Label.Text = "nats"
	}
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	image := vgimg.NewWith(vgimg.UseWH(plotWidth, plotHeight), vgimg.UseDPI(plotDPI))
	canvas := draw.New(image)
	margin := vg.Points(8)
	row := draw.Crop(canvas, 2*margin, 0, margin, legendHeight-plotHeight)
	for _, c := range curves {
		lines, err := c.lines(history)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, l := range lines {
			p.Add(l)
		}
		legend := plot.NewLegend()
		legend.Left, legend.Top = true, true
		legend.TextStyle.Font.Size = vg.Points(9)
		legend.Add(c.Name, lines[len(lines)-1])
		legend.Draw(row)
		extent := legend.Rectangle(row)
		row.Min.X += extent.Max.X - extent.Min.X + margin
	}
	roundAxes(p)
	p.Draw(draw.Crop(canvas, margin, -2*margin, legendHeight, -margin))
	png := vgimg.PngCanvas{Canvas: image}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := png.WriteTo(w)
		return err
	})
}

// roundAxes marks the axes of curves over steps at round numbers. The axis of the values ends
// at the marks above and below them, so that no curve runs along the edge.
func roundAxes(p *plot.Plot) {
	p.X.Min = 0
	p.X.Tick.Marker = marks(0, p.X.Max, curve.Step(p.X.Max, 8, 1))
	step := curve.Step(p.Y.Max-p.Y.Min, 6, 0)
	p.Y.Min, p.Y.Max = curve.Widen(p.Y.Min, p.Y.Max, step)
	p.Y.Tick.Marker = marks(p.Y.Min, p.Y.Max, step)
}

func marks(low, high, step float64) (ticks plot.ConstantTicks) {
	for _, t := range curve.Ticks(low, high, step) {
		ticks = append(ticks, plot.Tick(t))
	}
	return ticks
}
