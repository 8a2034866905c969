package run

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// roundAxes marks the axes of curves over steps at round numbers. The axis of the values ends
// at the marks above and below them, so that no curve runs along the edge.
func roundAxes(p *plot.Plot) {
	p.X.Min = 0
	p.X.Tick.Marker = roundTicks(0, p.X.Max, roundStep(p.X.Max, 8, 1))
	step := roundStep(p.Y.Max-p.Y.Min, 6, 0)
	p.Y.Min, p.Y.Max = step*math.Floor(p.Y.Min/step), step*math.Ceil(p.Y.Max/step)
	p.Y.Tick.Marker = roundTicks(p.Y.Min, p.Y.Max, step)
}

// roundStep returns the smallest step that is 1, 2 or 5 times a power of ten, is at least least,
// and divides a span into at most so many steps.
func roundStep(span float64, most int, least float64) float64 {
	if span <= 0 {
		span = 1 // of one value; any will do
	}
	rough := max(span/float64(most), least)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, times := range []float64{1, 2, 5} {
		if times*power >= rough*(1-1e-9) {
			return times * power
		}
	}
	return 10 * power
}

// roundTicks returns the marks of an axis at the multiples of step.
func roundTicks(low, high, step float64) (ticks plot.ConstantTicks) {
	for i := math.Ceil(low/step - 1e-9); i <= math.Floor(high/step+1e-9); i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: roundLabel(i*step, step)})
	}
	return ticks
}

// roundLabel writes a multiple of step in short form: 5k is 5000.
func roundLabel(value, step float64) string {
	unit := ""
	switch {
	case value == 0: // and not -0
		return "0"
	case step >= 1e9 || step < 1e-6:
		return strconv.FormatFloat(value, 'g', 3, 64)
	case step >= 1e6:
		value, step, unit = value/1e6, step/1e6, "M"
	case step >= 1e3:
		value, step, unit = value/1e3, step/1e3, "k"
	}
	decimals := -int(math.Floor(math.Log10(step) + 1e-9))
	return strconv.FormatFloat(value, 'f', max(0, decimals), 64) + unit
}
