package main

import (
	"fmt"
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"gorgan/dataset/atomicfile"
	"gorgan/model"
)

// curve is one figure over the steps.
type curve struct {
	name  string
	color color.Color
	value func(model.Metrics) float64
}

// curvesOf are both losses and, where it has a meaning, the divergence.
func curvesOf(history []model.Metrics) []curve {
	curves := []curve{
		{"generator loss", color.NRGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}, func(m model.Metrics) float64 { return m.GLoss }},
		{"discriminator loss", color.NRGBA{R: 0xd6, G: 0x27, B: 0x28, A: 0xff}, func(m model.Metrics) float64 { return m.DLoss }},
	}
	if slices.ContainsFunc(history, func(m model.Metrics) bool { return m.JSD != 0 }) {
		curves = append(curves, curve{"Jensen-Shannon estimate", color.NRGBA{R: 0x2c, G: 0xa0, B: 0x2c, A: 0xff}, func(m model.Metrics) float64 { return m.JSD }})
	}
	return curves
}

// writeCurves draws the curves of a run.
func writeCurves(path string, history []model.Metrics) error {
	p := plot.New()
	p.X.Label.Text = "step"
	curves := curvesOf(history)
	if len(curves) > 2 {
		p.Y.Label.Text = "nats"
	}
	p.Legend.Top = true
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	for _, c := range curves {
		points := make(plotter.XYs, len(history))
		for i, m := range history {
			points[i] = plotter.XY{X: float64(m.Step), Y: c.value(m)}
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		line.Color, line.Width = c.color, vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(c.name, line)
	}
	p.Y.Max += (p.Y.Max - p.Y.Min) / 4 // room for the legend
	image, err := p.WriterTo(16*vg.Centimeter, 10*vg.Centimeter, "png")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := image.WriteTo(w)
		return err
	})
}
