package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorgan/kernels/plan"
)

// printPlan prints a plan: what it is for, and a line for each product with what computes it and the
// times of the candidates.
func printPlan(ui *ui, p plan.Plan) {
	tiles, cublas := p.Count()
	form := fmt.Sprintf("%d of our own, %d cuBLAS", tiles, cublas)
	if p.AsRecorded {
		form = "each launch as it is recorded"
	}
	ui.say("plan: %s, %s", p.Source, form)
	ui.say("  for %s", printable(p.GPU.String()))
	for _, e := range p.Products {
		times := ""
		for _, c := range slices.Sorted(maps.Keys(e.Micros)) {
			times += fmt.Sprintf("  %s %.2f", c, e.Micros[c])
		}
		if times != "" {
			times = "  µs:" + times
		}
		ui.say("%s", strings.TrimRight(fmt.Sprintf("  %-20v %-16s%s", e.Product, e.Choice, times), " "))
	}
}
