package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"gorgan/model/compare"
	"gorgan/model/evaluate"
)

// compareHeader returns lines on what a comparison is of.
func compareHeader(t *compare.Table) [][2]string {
	classifier := "none"
	if t.Evaluator.Classifier != "" {
		classifier = "sha256 " + t.Evaluator.Classifier
	}
	return [][2]string{
		{"data", printable(t.Data)},
		{"images", fmt.Sprintf("%d fake ones of the %s evaluation of each run, against %s", t.Evaluator.Count, t.At, printable(t.Evaluator.Test))},
		{"classifier", classifier},
		{"floor", fmt.Sprintf("%s, seed %d", printable(t.Evaluator.Floor), t.Evaluator.FloorSeed)},
	}
}

// compareRows returns the table of the nth figure, with its header, and a title for it.
func compareRows(t *compare.Table, n int) (title string, rows [][]string) {
	f := t.Groups[0].Figures[n]
	title = f.Name
	switch f.Better {
	case evaluate.Lower:
		title += " (lower is better)"
	case evaluate.Higher:
		title += " (higher is better)"
	}
	rows = [][]string{append(append([]string{}, t.By...), "seeds", "mean", "deviation", "floor", "mean/floor",
		"difference to "+printable(t.Baseline), fmt.Sprintf("%.4g %% interval", 100*t.Confidence), "common seeds")}
	for _, g := range t.Groups {
		f := g.Figures[n]
		row := []string{}
		for _, v := range g.Values {
			row = append(row, printable(v))
		}
		row = append(row, strconv.Itoa(len(g.Runs)), fmt.Sprintf("%.4g", f.Mean), "-", fmt.Sprintf("%.4g", f.Floor), "-", "-", "-", "-")
		cells := row[len(g.Values):]
		if len(g.Runs) > 1 {
			cells[2] = fmt.Sprintf("%.2g", f.Deviation)
		}
		if f.Floor > 0 && f.Mean >= 0 { // of logarithms a ratio means nothing
			cells[4] = fmt.Sprintf("%.3g", f.Mean/f.Floor)
		}
		if d := f.Difference; d != nil {
			cells[5], cells[7] = fmt.Sprintf("%+.4g", d.Mean), strconv.Itoa(len(d.Seeds))
			if d.Interval != nil {
				cells[6] = fmt.Sprintf("%+.4g to %+.4g", d.Interval[0], d.Interval[1])
			}
		}
		rows = append(rows, row)
	}
	return title, rows
}

// compareText writes a comparison for a terminal.
func compareText(t *compare.Table) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, line := range compareHeader(t) {
		fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
	}
	for _, note := range t.Notes {
		fmt.Fprintf(w, "note\t%s\n", printable(note))
	}
	w.Flush()
	for n := range t.Groups[0].Figures {
		title, rows := compareRows(t, n)
		b.WriteString("\n" + title + "\n")
		for _, row := range rows {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		w.Flush()
	}
	var trimmed strings.Builder
	for line := range strings.Lines(b.String()) {
		trimmed.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return trimmed.String()
}

// compareMarkdown writes a comparison as tables in Markdown.
func compareMarkdown(t *compare.Table) string {
	var b strings.Builder
	line := func(row []string) {
		for _, cell := range row {
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	for n := range t.Groups[0].Figures {
		title, rows := compareRows(t, n)
		b.WriteString("**" + title + "**\n\n")
		line(rows[0])
		b.WriteString(strings.Repeat("| --- ", len(t.By)) + strings.Repeat("| ---: ", len(rows[0])-len(t.By)) + "|\n")
		for _, row := range rows[1:] {
			line(row)
		}
		b.WriteString("\n")
	}
	for _, h := range compareHeader(t) {
		fmt.Fprintf(&b, "- %s: %s\n", h[0], h[1])
	}
	return b.String()
}

// compareCSV writes a comparison as one table with all digits. A cell is empty where there is no value.
func compareCSV(t *compare.Table) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	rows := [][]string{append(append([]string{"figure"}, t.By...), "seeds", "mean", "deviation", "floor", "baseline", "difference", "low", "high", "common_seeds", "missing_seeds")}
	for n := range t.Groups[0].Figures {
		for _, g := range t.Groups {
			f := g.Figures[n]
			deviation, difference, low, high, common := "", "", "", "", ""
			if len(g.Runs) > 1 {
				deviation = number(f.Deviation)
			}
			if d := f.Difference; d != nil {
				difference, common = number(d.Mean), strconv.Itoa(len(d.Seeds))
				if d.Interval != nil {
					low, high = number(d.Interval[0]), number(d.Interval[1])
				}
			}
			rows = append(rows, append(append([]string{f.Name}, g.Values...), strconv.Itoa(len(g.Runs)), number(f.Mean), deviation, number(f.Floor),
				t.Baseline, difference, low, high, common, strings.Trim(fmt.Sprint(g.Missing), "[]")))
		}
	}
	err := w.WriteAll(rows)
	return b.String(), err
}
