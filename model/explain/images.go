package explain

import (
	"fmt"
	"math"
	"strings"

	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// images explains the evaluations: the figure that decides, its course, and the variety.
func images(h run.History, d run.Diagnosis) []string {
	if len(h.Evaluations) == 0 {
		return []string{"the run was not evaluated, so no number here says how good its images are; the losses do not"}
	}
	last := h.Evaluations[len(h.Evaluations)-1]
	var all []string
	if f, ok := h.Settings.Decisive(&last); ok {
		all = append(all, Figure(f)+fmt.Sprintf(", of %d images at step %d", last.Count, last.Step))
		if best := h.Best; best != nil && best.Step != last.Step {
			b, _ := h.Settings.Decisive(best)
			all = append(all, fmt.Sprintf("the best was %.4g at step %d", b.Value, best.Step))
		}
		all = append(all, course(h, d, last.Step))
	}
	if lack := last.Collapse(); lack != "" {
		return append(all, "the images lack the variety of the data: "+lack)
	}
	var shown []string
	for _, name := range []string{"missing_classes", "class_entropy", "near_duplicates", "modes"} {
		if f, ok := last.Figure(name); ok {
			shown = append(shown, fmt.Sprintf("%s %.3g, of real images %.3g", name, f.Value, f.Floor))
		}
	}
	if shown == nil {
		return all
	}
	return append(all, "the images have enough variety for no warning: "+strings.Join(shown, "; "))
}

// course says since when the figure that decides no longer gains.
func course(h run.History, d run.Diagnosis, last uint32) string {
	if d.Gained == last {
		return "it gained a fiftieth or more over all evaluations before"
	}
	since := 0
	for _, e := range h.Evaluations {
		if e.Step > d.Gained {
			since++
		}
	}
	return fmt.Sprintf("it last gained a fiftieth at step %d; %d later evaluations did not", d.Gained, since)
}

// Figure compares a figure with that of real images.
func Figure(f evaluate.Figure) string {
	text := fmt.Sprintf("%s is %.4g", f.Name, f.Value)
	if f.Unit != "" {
		text += " " + f.Unit
	}
	text += fmt.Sprintf(", and real images have %.4g", f.Floor)
	switch {
	case f.Better == evaluate.Lower && f.Floor > 0 && f.Value > 0:
		text += fmt.Sprintf(": %s as much, and lower is better", times(f.Value/f.Floor))
	case f.Better != "":
		text += fmt.Sprintf("; %s is better", f.Better)
	}
	return text
}

// times writes a quotient.
func times(q float64) string {
	if q >= 10 && !math.IsInf(q, 0) {
		return fmt.Sprintf("%.0f times", q)
	}
	return fmt.Sprintf("%.2g times", q)
}
