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

// lines returns the curve of c over history as lines to draw, the last of which is as in the legend.
// Above meansFrom points a thick curve shows the means, over a thin pale one of the values: else
// noise hides where a loss goes.
func (c curve) lines(history []model.Metrics) (all []*plotter.Line, err error) {
	points := make(plotter.XYs, len(history))
	for i, m := range history {
		points[i] = plotter.XY{X: float64(m.Step), Y: c.value(m)}
	}
	style := draw.LineStyle{Color: c.color, Width: vg.Points(1.5)}
	switch {
	case c.level:
		style.Width = vg.Points(0.75)
		style.Dashes = []vg.Length{vg.Points(4), vg.Points(c.value(model.Metrics{}) * 3)} // tells one from the other
		points = plotter.XYs{points[0], points[len(points)-1]}
	case len(points) > meansFrom:
		if all, err = pieces(thin(points), draw.LineStyle{Color: pale(c.color), Width: vg.Points(0.75)}); err != nil {
			return nil, err
		}
		points = means(points)
	}
	thick, err := pieces(thin(points), style)
	return append(all, thick...), err
}

// pieceLength is the number of points of a line that is drawn at once. Drawing takes a time that
// grows with its square, if the line goes up and down: 500 points at once take seconds.
const pieceLength = 16

// pieces returns the lines that make one line through points.
func pieces(points plotter.XYs, style draw.LineStyle) (all []*plotter.Line, err error) {
	for first := 0; first == 0 || first < len(points)-1; first += pieceLength - 1 {
		line, err := plotter.NewLine(points[first:min(first+pieceLength, len(points))])
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

// A mean is over a meansShare-th of the points, if there are more than meansFrom.
const (
	meansFrom  = 100
	meansShare = 50
)

// means returns the mean of the points around each point. At the ends these are fewer.
func means(points plotter.XYs) plotter.XYs {
	half := len(points) / meansShare / 2
	sums := make([]float64, len(points)+1)
	for i, p := range points {
		sums[i+1] = sums[i] + p.Y
	}
	out := make(plotter.XYs, len(points))
	for i, p := range points {
		reach := min(half, i, len(points)-1-i) // as far on both sides
		out[i] = plotter.XY{X: p.X, Y: (sums[i+reach+1] - sums[i-reach]) / float64(2*reach+1)}
	}
	return out
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
	if len(history) > meansFrom {
		p.X.Label.Text = "step; thick lines are means"
	}
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
		legend.Add(c.name, lines[len(lines)-1])
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
