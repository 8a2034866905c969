package run

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
	"gorgan/model/evaluate"
)

// display is a display step with the losses of discriminator, without a penalty that is
// there too, and generator.
func display(step uint32, dLoss, gLoss float64) model.Metrics {
	return model.Metrics{Step: step, DLoss: dLoss + 0.5, Penalty: 0.5, GLoss: gLoss, DReal: 0.999, DFake: 0.001}
}

// TestWon: at which steps it is said that the discriminator has won.
func TestWon(t *testing.T) {
	won := func(step uint32) model.Metrics { return display(step, 0.001, 9) }
	well := func(step uint32) model.Metrics { return display(step, 0.5, 2) }
	every := func(n, to uint32, f func(uint32) model.Metrics) (all []model.Metrics) {
		for step := n; step <= to; step += n {
			all = append(all, f(step))
		}
		return all
	}
	for name, c := range map[string]struct {
		shown []model.Metrics
		want  []uint32
	}{
		"healthy": {every(1000, 15000, well), nil},
		// Seed 1 of the tutorial, whose discriminator is ahead for a while.
		"the tutorial": {[]model.Metrics{
			display(1000, 0.089, 3.69), display(1500, 0.137, 3.59), display(2000, 0.027, 4.93), display(2300, 0.0138, 5.43), display(2500, 0.0105, 5.22),
			display(2700, 0.0068, 5.53), display(3000, 0.0103, 5.39), display(3500, 0.053, 3.98), display(5000, 0.159, 3.85)}, nil},
		"won":                {every(1000, 9000, won), []uint32{3000}},
		"won, shown often":   {every(50, 4000, won), []uint32{2050}},
		"won, shown seldom":  {every(10000, 40000, won), []uint32{30000}},
		"ahead for a while":  {append(every(100, 1900, won), well(2500)), nil},
		"not quite":          {every(500, 9000, func(s uint32) model.Metrics { return display(s, 0.0051, 9) }), nil},
		"generator gains":    {every(1000, 9000, func(s uint32) model.Metrics { return display(s, 0.001, 12*math.Pow(0.85, float64(s)/1000)) }), nil},
		"generator had lost": {[]model.Metrics{display(1000, 0.001, 12), display(2000, 0.001, 8), display(3000, 0.001, 8), display(4000, 0.001, 8)}, []uint32{4000}},
		"minimax":            {every(1000, 9000, func(s uint32) model.Metrics { return display(s, 0.001, -0.0004) }), []uint32{3000}},
		"recovers":           {slices.Concat(every(1000, 5000, won), []model.Metrics{well(6000), won(7000), won(8000), well(9000)}), []uint32{3000}},
		"recovers, fails again": {[]model.Metrics{won(1000), won(2000), won(3000), well(4000), won(5000), won(6000), won(7000), won(8000)},
			[]uint32{3000, 7000}},
	} {
		if got := wonAt(model.Default(), c.shown); !slices.Equal(got, c.want) {
			t.Errorf("%s: warned at steps %v, want %v", name, got, c.want)
		}
	}
	// Not of each loss can it be told.
	for _, loss := range model.Losses() {
		c, want := model.Default(), []uint32{3000}
		if c.Loss = loss; slices.Contains([]string{"wgan", "wgan-gp", "hinge", "ebgan", "began"}, loss) {
			want = nil
		}
		if got := wonAt(c, every(1000, 9000, won)); !slices.Equal(got, want) {
			t.Errorf("%s: warned at steps %v, want %v", loss, got, want)
		}
	}
}

func wonAt(c model.Config, shown []model.Metrics) (steps []uint32) {
	d := diagnosis{config: c}
	for _, m := range shown {
		if d.displayed(m) != "" {
			steps = append(steps, m.Step)
		}
	}
	return steps
}

// TestWonWords: what is said, and that the flags it names are flags with values that do.
func TestWonWords(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model.Config)
		want   string
	}{
		"the tutorial": {func(*model.Config) {}, "--r1 1 or --dis-learning-rate 5e-05 or --instance-noise 0.1"},
		"minimax":      {func(c *model.Config) { c.Loss = "minimax" }, "--loss non-saturating or --r1 1 or --dis-learning-rate 5e-05"},
		"r1 is there":  {func(c *model.Config) { c.R1, c.DisLearningRate = 3, 1e-3 }, "--r1 6 or --dis-learning-rate 0.0003 or --instance-noise 0.1"},
	} {
		d := diagnosis{config: model.Default()}
		c.change(&d.config)
		d.displayed(display(1000, 0.001, 8))
		d.displayed(display(2000, 0.001, 9))
		got := d.displayed(display(3000, 0.0005, 9.25))
		want := "the discriminator has won: since step 1000 it tells fake images from real ones almost always (D(x) 0.9990, D(G(z)) 0.0010), " +
			"and the generator's loss, 8 then, is 9.25; in a new run try " + c.want
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		taken(t, d.config, c.want)
	}
}

// taken tests that a run of c takes each of these flags.
func taken(t *testing.T, c model.Config, flags string) {
	t.Helper()
	for flag := range strings.SplitSeq(flags, " or ") {
		name, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), " ")
		loss := "" // of c, which some flags are for
		if name != "loss" {
			loss = `"loss":"` + c.Loss + `",`
		}
		changed, err := model.ParseConfig([]byte(`{` + loss + `"` + strings.ReplaceAll(name, "-", "_") + `":` + quoted(value) + `}`))
		if err != nil {
			t.Errorf("%s: %v", flag, err)
		}
		if len(changed.Differences(c)) == 0 {
			t.Errorf("%s changes nothing", flag)
		}
	}
}

// quoted is a value as JSON: a number, or a name in quotes.
func quoted(value string) string {
	if strings.ContainsAny(value[:1], "0123456789") {
		return value
	}
	return `"` + value + `"`
}

// measured is an evaluation that counted ten classes.
func measured(step uint32, distance float64, missing int) Evaluation {
	return Evaluation{Step: step, Report: evaluate.Report{Classifier: &evaluate.ClassifierNote{}, Classes: make([]evaluate.Class, 10), Figures: []evaluate.Figure{
		{Name: "frechet_distance", Better: evaluate.Lower, Value: distance}, {Name: "missing_classes", Value: float64(missing)}}}}
}

// alike is an evaluation without a classifier, that found so many near duplicates.
func alike(step uint32, likelihood, share float64) Evaluation {
	return Evaluation{Step: step, Report: evaluate.Report{Figures: []evaluate.Figure{
		{Name: "parzen", Better: evaluate.Higher, Value: likelihood}, {Name: "near_duplicates", Value: share}}}}
}

// TestCollapsed: at which steps it is said that the generator has collapsed.
func TestCollapsed(t *testing.T) {
	tutorial := []Evaluation{
		measured(500, 381.8, 9), measured(1000, 402.7, 9), measured(1500, 388.7, 9), measured(2000, 375, 7), measured(2500, 394.4, 8), measured(3000, 375.6, 6),
		measured(3500, 344, 5), measured(4000, 324, 6), measured(4500, 235.6, 4), measured(5000, 183.9, 4), measured(5500, 165.3, 3), measured(6000, 128.5, 2),
		measured(6500, 101.4, 1), measured(15000, 30, 1)}
	for name, c := range map[string]struct {
		seen []Evaluation
		want []uint32
	}{
		"the tutorial":          {tutorial, nil},
		"from noise to nothing": {[]Evaluation{measured(6000, 380, 9), measured(8000, 385, 9), measured(10000, 381, 9), measured(12000, 390, 9), measured(14000, 380, 9)}, []uint32{14000}},
		"after it drew all":     {[]Evaluation{measured(1000, 30, 0), measured(2000, 200, 5), measured(3000, 300, 9), measured(4000, 300, 9), measured(5000, 300, 9)}, []uint32{4000}},
		"three missing":         {[]Evaluation{measured(1000, 30, 0), measured(2000, 200, 3), measured(3000, 300, 3), measured(4000, 300, 3)}, nil},
		"two in a row":          {[]Evaluation{measured(1000, 30, 0), measured(2000, 200, 5), measured(3000, 300, 9), measured(4000, 100, 1), measured(5000, 300, 9), measured(6000, 300, 9)}, nil},
		"yet gains": {[]Evaluation{measured(20000, 300, 9), measured(21000, 290, 9), measured(22000, 280, 9), measured(23000, 270, 9), measured(24000, 260, 9),
			measured(25000, 250, 9)}, nil},
		"gains too little": {[]Evaluation{measured(20000, 300, 9), measured(21000, 299, 9), measured(22000, 298, 9), measured(23000, 297, 9)}, []uint32{23000}},
		"recovers, fails again": {[]Evaluation{measured(1000, 30, 0), measured(2000, 300, 9), measured(3000, 300, 9), measured(4000, 300, 9), measured(5000, 40, 1),
			measured(6000, 300, 9), measured(7000, 300, 9), measured(8000, 300, 9), measured(9000, 300, 9)}, []uint32{4000, 8000}},
		"no classes":         {[]Evaluation{alike(1000, -300, 0), alike(2000, -300, 0.9), alike(3000, -300, 0.9), alike(4000, -300, 0.9), alike(5000, -200, 0.1)}, nil},
		"no classes, late":   {[]Evaluation{alike(8000, 100, 0), alike(10000, -300, 0.9), alike(11000, -300, 0.9), alike(12000, -300, 0.9)}, []uint32{12000}},
		"no classes, better": {[]Evaluation{alike(10000, -300, 0.9), alike(11000, -280, 0.9), alike(12000, -260, 0.9), alike(13000, -240, 0.9)}, nil},
	} {
		d := diagnosis{config: model.Default()}
		var got []uint32
		for _, e := range c.seen {
			if d.evaluated(&e, e.Figures[0]) != "" {
				got = append(got, e.Step)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: warned at steps %v, want %v", name, got, c.want)
		}
	}
}

// TestCollapsedWords: what is said, and that the flags it names are taken.
func TestCollapsedWords(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model.Config)
		want   string
	}{
		"the tutorial":   {func(*model.Config) {}, "--r1 3 or --pack 2 or --learning-rate 0.0001"},
		"they are there": {func(c *model.Config) { c.R1, c.Pack = 1, 4 }, "--r1 2 or --pack 8 or --learning-rate 0.0001"},
		"ebgan":          {func(c *model.Config) { c.Loss, c.PullAway = "ebgan", 0.2 }, "--pull-away 0.4 or --pack 2 or --learning-rate 0.0001"},
		"odd batch":      {func(c *model.Config) { c.BatchSize = 33 }, "--r1 3 or --learning-rate 0.0001"},
	} {
		d := diagnosis{config: model.Default(), sawAllClasses: true}
		c.change(&d.config)
		var got string
		for step := uint32(1000); step <= 4000; step += 1000 {
			e := measured(step, 300, 9)
			got = d.evaluated(&e, e.Figures[0])
		}
		if want := "the generator has collapsed: 9 of 10 classes are missing; in a new run try " + c.want; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		taken(t, d.config, c.want)
	}
}
