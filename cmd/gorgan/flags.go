package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model"
)

// modelFlags are the fields of model.Config; d gives their defaults.
func modelFlags(d model.Config) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "loss", Usage: "`NAME`: " + strings.Join(model.Losses(), ", "), Value: d.Loss},
		&cli.Float64Flag{Name: "label-smoothing", Usage: "with --loss bce, the discriminator's target on data is 1 - `S`", Value: d.LabelSmoothing},
		&cli.IntFlag{Name: "noise-dim", Usage: "values of noise an image is drawn from", Value: d.NoiseDim},
		&cli.StringFlag{Name: "gen-hidden", Usage: "`WIDTHS` of the generator's hidden layers, as in 256,512", Value: widths(d.GenHidden)},
		&cli.StringFlag{Name: "dis-hidden", Usage: "`WIDTHS` of the discriminator's hidden layers", Value: widths(d.DisHidden)},
		&cli.StringFlag{Name: "optimizer", Usage: "`NAME`: " + strings.Join(model.Optimizers(), ", "), Value: d.Optimizer},
		&cli.Float64Flag{Name: "learning-rate", Value: d.LearningRate},
		&cli.Float64Flag{Name: "beta1", Usage: "of adam", Value: d.Beta1},
		&cli.Float64Flag{Name: "beta2", Usage: "of adam", Value: d.Beta2},
		&cli.Float64Flag{Name: "epsilon", Usage: "of adam", Value: d.Epsilon},
		&cli.Float64Flag{Name: "momentum", Usage: "of sgd", Value: d.Momentum},
		&cli.IntFlag{Name: "batch-size", Value: d.BatchSize},
		&cli.IntFlag{Name: "dis-steps", Usage: "discriminator steps before each generator step", Value: d.DisSteps},
		&cli.StringFlag{Name: "update-order", Usage: "`ORDER`: " + strings.Join(model.UpdateOrders(), ", "), Value: d.UpdateOrder},
		&cli.BoolFlag{Name: "fresh-noise", Usage: "the generator step draws its own noise, as it always does with --dis-steps above 1"},
		&cli.Uint64Flag{Name: "seed", Usage: "of all random numbers", Value: d.Seed},
	}
}

func widths(w []int) string {
	var s []string
	for _, n := range w {
		s = append(s, strconv.Itoa(n))
	}
	return strings.Join(s, ",")
}

// parseWidths reads "256,512"; an empty text is no hidden layer.
func parseWidths(flag, text string) ([]int, error) {
	w := []int{}
	if text == "" {
		return w, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return nil, usageError{fmt.Errorf("--%s: %q is not a whole number, want widths as in 256,512", flag, part)}
		}
		w = append(w, n)
	}
	return w, nil
}

// applyFlags sets the fields whose flags were given; all of them where all is set.
func applyFlags(c *cli.Context, m *model.Config, all bool) error {
	given := func(name string) bool { return all || c.IsSet(name) }
	set := func(name string, to *int) {
		if given(name) {
			*to = c.Int(name)
		}
	}
	float := func(name string, to *float64) {
		if given(name) {
			*to = c.Float64(name)
		}
	}
	text := func(name string, to *string) {
		if given(name) {
			*to = c.String(name)
		}
	}
	text("loss", &m.Loss)
	text("optimizer", &m.Optimizer)
	text("update-order", &m.UpdateOrder)
	set("noise-dim", &m.NoiseDim)
	set("batch-size", &m.BatchSize)
	set("dis-steps", &m.DisSteps)
	float("label-smoothing", &m.LabelSmoothing)
	float("learning-rate", &m.LearningRate)
	float("beta1", &m.Beta1)
	float("beta2", &m.Beta2)
	float("epsilon", &m.Epsilon)
	float("momentum", &m.Momentum)
	if given("fresh-noise") {
		m.FreshNoise = c.Bool("fresh-noise")
	}
	if given("seed") {
		m.Seed = c.Uint64("seed")
	}
	for name, to := range map[string]*[]int{"gen-hidden": &m.GenHidden, "dis-hidden": &m.DisHidden} {
		if given(name) {
			w, err := parseWidths(name, c.String(name))
			if err != nil {
				return err
			}
			*to = w
		}
	}
	return nil
}
