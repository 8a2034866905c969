package report

import (
	"fmt"
	"math"
	"strings"

	"gorgan/model/curve"
)

// chart is a picture of curves over the steps.
type chart struct {
	title  string
	note   string // below the title; may be empty
	series []series
	steps  float64 // the end of the axis of the steps
	shares bool    // the values are between 0 and 1, and the axis too
}

// series is a curve of a chart.
type series struct {
	name   string
	points []curve.Point // in the order of the steps, and finite
	class  string        // of the style sheet: its colour
	level  bool          // for comparison: thin and dashed
	dots   bool          // each point is marked
}

// A chart is chartWidth by chartHeight units. A unit is a pixel on a wide screen, and less on a narrow
// one, where letters of fontSize must still be legible.
const (
	chartWidth, chartHeight = 480, 240
	plotTop, plotBottom     = 10, chartHeight - 34
	plotRight               = chartWidth - 22
	fontSize                = 13
	letterWidth             = 0.62 * fontSize // more than a digit is wide in usual fonts
)

// axes map steps and values to places of a chart.
type axes struct {
	left           float64 // where the plot begins
	steps          float64
	low, high      float64
	log            bool
	xTicks, yTicks []curve.Tick
}

// logFrom is the quotient of the largest and the smallest value from which an axis is logarithmic: else the
// beginning of a run hides its end.
const logFrom = 30

// axes chooses the axes of the chart, so that no label overlaps another.
func (c chart) axes() axes {
	a := axes{steps: max(c.steps, 1), low: math.Inf(1), high: math.Inf(-1)}
	for _, s := range c.series {
		for _, p := range s.points {
			a.low, a.high = min(a.low, p.Y), max(a.high, p.Y)
		}
	}
	if c.shares {
		a.low, a.high = 0, 1
	}
	if a.low == a.high { // all values are the same
		a.low, a.high = min(a.low, 0), max(a.high, a.low+1, 0)
	}
	if a.log = a.low > 0 && a.high > logFrom*a.low; a.log {
		a.low, a.high = a.low/1.1, a.high*1.1
		a.yTicks = curve.LogTicks(a.low, a.high)
	} else {
		a.low = min(a.low, 0)
		step := curve.Step(a.high-a.low, 5, 0)
		a.low, a.high = curve.Widen(a.low, a.high, step)
		a.yTicks = curve.Ticks(a.low, a.high, step)
	}
	a.yTicks = apart(a.yTicks, func(t curve.Tick) (place, size float64) { return -a.y(t.Value), fontSize })
	widest := 0
	for _, t := range a.yTicks {
		widest = max(widest, len(t.Label))
	}
	a.left = 8 + letterWidth*float64(widest)
	for most := 8; most > 0; most-- {
		a.xTicks = curve.Ticks(0, a.steps, curve.Step(a.steps, most, 1))
		if len(apart(a.xTicks, a.xExtent)) == len(a.xTicks) {
			break
		}
	}
	a.xTicks = apart(a.xTicks, a.xExtent)
	return a
}

// xExtent returns the middle and the width of a label of the steps.
func (a axes) xExtent(t curve.Tick) (place, size float64) {
	return a.x(t.Value), letterWidth * float64(len(t.Label)+1)
}

// apart drops ticks whose labels would overlap one before. extent returns a label's middle and size.
func apart(ticks []curve.Tick, extent func(curve.Tick) (place, size float64)) (kept []curve.Tick) {
	end := math.Inf(-1)
	for _, t := range ticks {
		place, size := extent(t)
		if place-size/2 >= end {
			kept, end = append(kept, t), place+size/2
		}
	}
	return kept
}

func (a axes) x(step float64) float64 { return a.left + (plotRight-a.left)*step/a.steps }

func (a axes) y(value float64) float64 {
	part := (value - a.low) / (a.high - a.low)
	if a.log {
		part = math.Log(value/a.low) / math.Log(a.high/a.low)
	}
	return plotBottom - (plotBottom-plotTop)*part
}

// svg draws the chart. Its text has no letter that HTML or XML escapes, because the labels are numbers.
func (c chart) svg() string {
	a := c.axes()
	var b strings.Builder
	draw := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	draw(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" aria-hidden="true">`, chartWidth, chartHeight)
	for _, t := range a.yTicks {
		draw(`<path class="grid" d="M%.1f %.1fH%d"/>`, a.left, a.y(t.Value), plotRight)
		draw(`<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`, a.left-6, a.y(t.Value)+0.35*fontSize, t.Label)
	}
	for _, t := range a.xTicks {
		draw(`<path class="grid" d="M%.1f %dV%d"/>`, a.x(t.Value), plotTop, plotBottom)
		draw(`<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, a.x(t.Value), plotBottom+fontSize+4, t.Label)
	}
	for _, s := range c.series {
		points := s.points
		kind := "line"
		if s.level {
			kind = "level"
		}
		if len(points) > curve.MeansFrom && !s.level {
			draw(`<path class="raw %s" d="%s"/>`, s.class, a.path(curve.Thin(points)))
			points = curve.Means(points)
		}
		draw(`<path class="%s %s" d="%s"/>`, kind, s.class, a.path(curve.Thin(points)))
		if s.dots {
			for _, p := range points {
				draw(`<circle class="%s" cx="%.1f" cy="%.1f" r="2.5"/>`, s.class, a.x(p.X), a.y(p.Y))
			}
		}
	}
	b.WriteString("</svg>")
	return b.String()
}

// path returns a line through points, as the attribute d of a path.
func (a axes) path(points []curve.Point) string {
	var b strings.Builder
	for i, p := range points {
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", letter, a.x(p.X), a.y(p.Y))
	}
	return b.String()
}

// words describes the chart for a reader who does not see it: the first and the last value of each
// curve.
func (c chart) words() string {
	var all []string
	for _, s := range c.series {
		if n := len(s.points); s.level {
			all = append(all, fmt.Sprintf("%s %.3g", s.name, s.points[n-1].Y))
		} else {
			all = append(all, fmt.Sprintf("%s from %.3g at step %.0f to %.3g at step %.0f", s.name, s.points[0].Y, s.points[0].X, s.points[n-1].Y, s.points[n-1].X))
		}
	}
	return strings.Join(all, "; ")
}
