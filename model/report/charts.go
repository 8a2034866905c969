package report

import (
	"math"
	"slices"

	"gorgan/model"
	"gorgan/model/curve"
	"gorgan/model/evaluate"
	"gorgan/model/run"
)

// charts returns the charts of a run: the curves of loss.png, D's outputs, and each figure of the
// evaluations with its floor.
func charts(h run.History) []chart {
	all := []chart{losses(h), outputs(h), classes(h), codes(h)}
	if len(h.Evaluations) > 1 {
		for _, f := range h.Evaluations[len(h.Evaluations)-1].Figures {
			all = append(all, figure(h, f))
		}
	}
	end := float64(h.Step())
	if n := len(h.Evaluations); n > 0 {
		end = max(end, float64(h.Evaluations[n-1].Step))
	}
	all = slices.DeleteFunc(all, func(c chart) bool { return len(c.series) == 0 })
	for i := range all {
		all[i].steps = end
	}
	return all
}

// colours are classes of the style sheet, one for each curve that is no level.
var colours = [...]string{"c0", "c1", "c2"}

// add adds a curve to the chart. It leaves out points that are not finite, and a curve without
// points.
func (c *chart) add(s series) {
	s.points = slices.DeleteFunc(slices.Clone(s.points), func(p curve.Point) bool { return math.IsNaN(p.Y) || math.IsInf(p.Y, 0) })
	if len(s.points) == 0 {
		return
	}
	if s.level {
		s.class = "floor"
	} else {
		coloured := 0
		for _, other := range c.series {
			if !other.level {
				coloured++
			}
		}
		s.class = colours[coloured%len(colours)]
	}
	c.series = append(c.series, s)
}

func losses(h run.History) chart {
	c := chart{title: "Losses"}
	for _, of := range run.Curves(h.Metrics) {
		c.add(series{name: of.Name, points: of.Points(h.Metrics), level: of.Level})
	}
	return c
}

func outputs(h run.History) chart {
	c := chart{title: "The discriminator's output", note: "means over a batch: D(x) of real images, D(G(z)) of fake ones"}
	of := func(name string, value func(model.Metrics) float64) {
		c.add(series{name: name, points: run.Curve{Value: value}.Points(h.Metrics)})
	}
	of("D(x)", func(m model.Metrics) float64 { return m.DReal })
	of("D(G(z))", func(m model.Metrics) float64 { return m.DFake })
	if c.shares = !h.Settings.Model.LossTraits().Critic; c.shares && len(h.Metrics) > 0 {
		c.add(series{name: "1/2: cannot tell", points: run.Curve{Value: func(model.Metrics) float64 { return 0.5 }}.Points(h.Metrics), level: true})
	}
	return c
}

// classes is how often the discriminator finds the class of an image, if it is asked for it.
func classes(h run.History) chart {
	c := chart{title: "The discriminator's classes", note: "share of a batch whose class it finds", shares: true}
	if slices.ContainsFunc(h.Metrics, model.Metrics.Classifies) {
		c.add(series{name: "real images", points: run.Curve{Value: func(m model.Metrics) float64 { return m.ClassAccuracyReal }}.Points(h.Metrics)})
		c.add(series{name: "fake images", points: run.Curve{Value: func(m model.Metrics) float64 { return m.ClassAccuracyFake }}.Points(h.Metrics)})
	}
	return c
}

// codes is how much the fake images tell of the generator's codes.
func codes(h run.History) chart {
	c := chart{title: "Codes", note: "lower bound of their mutual information with fake images, in nats"}
	if slices.ContainsFunc(h.Metrics, model.Metrics.HasCode) {
		c.add(series{name: "categorical", points: run.Curve{Value: func(m model.Metrics) float64 { return m.CodeInformation }}.Points(h.Metrics)})
		most := math.Log(float64(h.Settings.Model.CodeClasses))
		c.add(series{name: "its entropy", points: run.Curve{Value: func(model.Metrics) float64 { return most }}.Points(h.Metrics), level: true})
	}
	if slices.ContainsFunc(h.Metrics, model.Metrics.HasCodeValues) {
		c.add(series{name: "continuous", points: run.Curve{Value: func(m model.Metrics) float64 { return m.CodeValueInformation }}.Points(h.Metrics)})
	}
	return c
}

// figure is the chart of the figure of that name over the evaluations.
func figure(h run.History, f evaluate.Figure) chart {
	c := chart{title: f.Name}
	if f.Better != "" {
		c.note = string(f.Better) + " is better"
	}
	var fake, real []curve.Point
	for _, e := range h.Evaluations {
		if at, ok := e.Figure(f.Name); ok {
			fake = append(fake, curve.Point{X: float64(e.Step), Y: at.Value})
			real = append(real, curve.Point{X: float64(e.Step), Y: at.Floor})
		}
	}
	c.add(series{name: "fake images", points: fake, dots: len(fake) <= 40})
	c.add(series{name: "real images, the floor", points: real, level: true})
	return c
}
