package main

import (
	"fmt"
	"math"
	"strings"

	"gorgan/model"
)

// displayHeader names the columns of shortDisplay, and is as wide as the values below it. The
// column of JSD has a lower bound of it, because the discriminator's value gives no more, or the
// convergence measure M of began.
const displayHeader = "      step          G          D       D(x)    D(G(z))   JSD ≥    penalty"

// shortDisplay returns a display step as a row of at most 79 columns.
func shortDisplay(m model.Metrics) string {
	jsd := "-"
	if m.Value != 0 || m.JSD != 0 { // not a critic's
		jsd = fmt.Sprintf("%.4f", max(0, m.JSD))
	}
	if m.Convergence != 0 { // of a loss without JSD
		jsd = fmt.Sprintf("M %.3f", m.Convergence)
	}
	row := fmt.Sprintf("%10d %s %s %s %s %7s", m.Step, cell(m.GLoss), cell(m.DLoss), cell(m.DReal), cell(m.DFake), jsd)
	if m.Penalty != 0 {
		row += " " + cell(m.Penalty)
	}
	return strings.TrimRight(row, " ")
}

// fitted returns the header or a row without the last columns if a terminal is too narrow for
// them.
func fitted(row string, columns int) string {
	runes := []rune(row)
	least := 10
	for _, end := range []int{len(runes), 62, 54, 43, 32, 21, least} { // where columns end
		if end <= len(runes) && (end < columns || end == least) {
			return strings.TrimRight(string(runes[:end]), " ")
		}
	}
	return row
}

// cell writes a number in ten columns.
func cell(v float64) string {
	if math.Abs(v) >= 1e4 && !math.IsInf(v, 0) {
		return fmt.Sprintf("%10.2e", v)
	}
	return fmt.Sprintf("%10.4f", v)
}
