package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/explain"
	"gorgan/model/run"
)

// page is a report as the template wants it.
type page struct {
	*Report
	Style template.CSS
}

// Graph is a chart as the template wants it.
type Graph struct {
	Title, Note, Words string
	SVG                template.HTML
	Legend             []Key
}

// Key is a line of a chart's legend.
type Key struct{ Class, Name, Last string }

// Graphs returns the charts.
func (p page) Graphs() (all []Graph) {
	for _, c := range charts(p.History) {
		g := Graph{Title: c.title, Note: c.note, Words: c.words(), SVG: template.HTML(c.svg())}
		for _, s := range c.series {
			g.Legend = append(g.Legend, Key{s.class, s.name, fmt.Sprintf("%.3g", s.points[len(s.points)-1].Y)})
		}
		all = append(all, g)
	}
	return all
}

// Means reports whether a chart has means beside values.
func (p page) Means() bool {
	for _, g := range p.Graphs() {
		if strings.Contains(string(g.SVG), `class="raw`) {
			return true
		}
	}
	return false
}

// Explanation returns what the numbers mean, without the warnings, which stand alone.
func (p page) Explanation() (parts []explain.Part) {
	for _, part := range explain.Run(p.History, p.Command) {
		if part.Title != "warnings" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Warnings returns the warnings that the run gave.
func (p page) Warnings() []run.Warning { return p.History.Diagnose().Warnings }

// Signs returns how far the run is from warnings.
func (p page) Signs() []string { return explain.Warnings(p.History.Diagnose()) }

// Evaluated is a figure at the last and at the best evaluation.
type Evaluated struct {
	evaluate.Figure
	Best string // "" where the last is the best
}

// Last returns the last evaluation, or nil.
func (p page) Last() *run.Evaluation {
	if n := len(p.History.Evaluations); n > 0 {
		return &p.History.Evaluations[n-1]
	}
	return nil
}

// Best returns the best evaluation unless it is the last, or nil.
func (p page) Best() *run.Evaluation {
	if best := p.History.Best; best != nil && best.Step != p.Last().Step {
		return best
	}
	return nil
}

// Figures returns the figures of the last evaluation.
func (p page) Figures() (all []Evaluated) {
	if p.Last() == nil {
		return nil
	}
	for _, f := range p.Last().Figures {
		e := Evaluated{Figure: f}
		if best := p.Best(); best != nil {
			if b, ok := best.Figure(f.Name); ok {
				e.Best = fmt.Sprintf("%.4g", b.Value)
			}
		}
		all = append(all, e)
	}
	return all
}

// Head returns what a reader wants to know first.
func (p page) Head() []Fact {
	h, s := p.History, p.History.Settings
	all := []Fact{{"step", fmt.Sprintf("%d of %d", h.Step(), s.Steps)}}
	if e := p.Last(); e != nil {
		if f, ok := s.Decisive(e); ok {
			all = append(all, Fact{f.Name, fmt.Sprintf("%.4g", f.Value)}, Fact{"of real images", fmt.Sprintf("%.4g", f.Floor)})
		}
	}
	if n := len(h.Metrics); n > 0 {
		all = append(all, Fact{"time of training", duration(h.Metrics[n-1].Seconds)})
	}
	return all
}

// duration writes seconds.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return fmt.Sprintf("%.3g s", seconds)
	}
	return d.Round(time.Second).String()
}

// Trained returns what was trained.
func (p page) Trained() []Fact {
	s := p.History.Settings
	c := s.Model
	colour := "grey"
	if c.Channels > 1 {
		colour = "in colours"
	}
	all := []Fact{
		{"data", p.Data}, {"images", fmt.Sprintf("%v, %s", c.Shape(), colour)},
		{"loss", fmt.Sprintf("%s: %s", c.Loss, model.LossSummary(c.Loss))},
	}
	if c.Classes > 0 {
		who := "both nets are told"
		if c.DisLabels == model.ClassifierLabels {
			who = "the generator is told, and the discriminator is asked for"
		}
		all = append(all, Fact{"classes", fmt.Sprintf("%d, which %s", c.Classes, who)})
	}
	if c.CodeClasses > 0 {
		all = append(all, Fact{"categorical code", fmt.Sprintf("of %d classes", c.CodeClasses)})
	}
	if c.CodeValues > 0 {
		all = append(all, Fact{"continuous codes", fmt.Sprint(c.CodeValues)})
	}
	for _, n := range (&model.State{Config: c}).Nets() {
		all = append(all, Fact{n.Name, n.Form()})
	}
	return append(all, Fact{"optimizer", fmt.Sprintf("%s, batches of %d, learning rate %g", c.Optimizer, c.BatchSize, c.LearningRate)},
		Fact{"seed", fmt.Sprint(c.Seed)})
}

// Environment returns where and how the run was made.
func (p page) Environment() (all []Fact) {
	add := func(name, value string) {
		if value != "" {
			all = append(all, Fact{name, value})
		}
	}
	s := p.History.Settings
	add("gorgan", s.Began.Version)
	add("begun", s.Began.Date)
	add("instruction set", s.Began.Instructions)
	if sum := p.Summary; sum != nil {
		add("device", sum.Device)
		if sum.Version != s.Began.Version {
			add("gorgan at the end", sum.Version)
		}
		add("ended", fmt.Sprintf("%s, at step %d", sum.Ended, sum.Step))
		if sum.StepsPerSecond > 0 {
			add("speed", fmt.Sprintf("%.4g steps a second, %.4g images a second", sum.StepsPerSecond, sum.ImagesPerSecond))
		}
		add("weight hash", sum.Weights)
	} else {
		add("device", s.Device+" (asked for)")
		add("ended", "no: the run trains, or was killed")
	}
	add("data fingerprint", s.Fingerprint)
	add("report by", p.Version)
	return all
}
