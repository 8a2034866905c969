package curve

import (
	"math"
	"strconv"
)

// Tick is a mark of an axis.
type Tick struct {
	Value float64
	Label string
}

// Step returns the smallest step that is 1, 2 or 5 times a power of ten, is at least least, and
// divides a span into at most so many steps.
func Step(span float64, most int, least float64) float64 {
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

// Ticks returns the marks of an axis from low to high at the multiples of step.
func Ticks(low, high, step float64) (ticks []Tick) {
	for i := math.Ceil(low/step - 1e-9); i <= math.Floor(high/step+1e-9); i++ {
		ticks = append(ticks, Tick{Value: i * step, Label: label(i*step, step)})
	}
	return ticks
}

// Widen returns the multiples of step below low and above high, at which an axis can end. So no
// curve runs along its edge.
func Widen(low, high, step float64) (float64, float64) {
	return step * math.Floor(low/step), step * math.Ceil(high/step)
}

// label writes a multiple of step in short form: 5k is 5000.
func label(value, step float64) string {
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

// LogTicks returns the marks of a logarithmic axis from low to high, which are above 0: the powers of
// ten, and if these are fewer than three, 2 and 5 times them too.
func LogTicks(low, high float64) (ticks []Tick) {
	for _, times := range [][]float64{{1}, {1, 2, 5}} {
		ticks = nil
		for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
			for _, t := range times {
				if v := t * math.Pow(10, e); v >= low*(1-1e-9) && v <= high*(1+1e-9) {
					ticks = append(ticks, Tick{v, strconv.FormatFloat(v, 'g', -1, 32)})
				}
			}
		}
		if len(ticks) >= 3 {
			break
		}
	}
	return ticks
}
