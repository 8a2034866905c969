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
const CurvePoints = 500

// curve is one figure over the steps.
type curve struct {
	name  string
	color color.Color
	value func(model.Metrics) float64
	level bool // the same at each step, for comparison
}

// curvesOf returns the curves of both losses and, if it has a meaning, of the divergence. It
// also returns levels to compare with: the losses of the classic GAN are log 2 and log 4 if the
// discriminator cannot tell real from fake, and a divergence is at most log 2.
func curvesOf(history []model.Metrics) []curve {
	level := func(name string, value float64) curve {
		return curve{name, color.Gray{Y: 0x60}, func(model.Metrics) float64 { return value }, true}
	}
	curves := []curve{
		{"generator loss", color.NRGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}, func(m model.Metrics) float64 { return m.GLoss }, false},
		{"discriminator loss", color.NRGBA{R: 0xd6, G: 0x27, B: 0x28, A: 0xff}, func(m model.Metrics) float64 { return m.DLoss }, false},
	}
	if slices.ContainsFunc(history, func(m model.Metrics) bool { return m.JSD != 0 }) {
		// A bound below 0 says nothing.
		jsd := func(m model.Metrics) float64 { return max(0, m.JSD) }
		curves = append(curves, curve{"Jensen-Shannon, lower bound", color.NRGBA{R: 0x2c, G: 0xa0, B: 0x2c, A: 0xff}, jsd, false},
			level("log 2", math.Ln2), level("log 4", 2*math.Ln2))
	}
	return curves
}

// line returns the points of c over history.
func (c curve) line(history []model.Metrics) (*plotter.Line, error) {
	points := make(plotter.XYs, len(history))
	for i, m := range history {
		points[i] = plotter.XY{X: float64(m.Step), Y: c.value(m)}
	}
	line, err := plotter.NewLine(thin(points))
	if err != nil {
		return nil, err
	}
	line.Color, line.Width = c.color, vg.Points(1.5)
	if c.level {
		line.Width = vg.Points(0.75)
		line.Dashes = []vg.Length{vg.Points(4), vg.Points(c.value(model.Metrics{}) * 3)} // tells one from the other
	}
	return line, nil
}

// thin keeps about CurvePoints points: the first, the last, and the lowest and the highest of
// each stretch between them, so that no spike is lost.
func thin(points plotter.XYs) plotter.XYs {
	if len(points) <= CurvePoints {
		return points
	}
	const stretches = CurvePoints/2 - 1
	n, last := len(points)-2, len(points)-1
	kept := plotter.XYs{points[0]}
	for i := range stretches {
		stretch := points[1+i*n/stretches : 1+(i+1)*n/stretches]
		low, high := 0, 0
		for at, point := range stretch {
			if point.Y < stretch[low].Y {
				low = at
			}
			if point.Y > stretch[high].Y {
				high = at
			}
		}
		kept = append(kept, stretch[min(low, high)])
		if low != high {
			kept = append(kept, stretch[max(low, high)])
		}
	}
	return append(kept, points[last])
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
	curves := curvesOf(history)
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
		line, err := c.line(history)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		p.Add(line)
		legend := plot.NewLegend()
		legend.Left, legend.Top = true, true
		legend.TextStyle.Font.Size = vg.Points(9)
		legend.Add(c.name, line)
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
