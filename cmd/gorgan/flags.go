package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model"
)

// modelFlag is the flag of one field of model.Config, named as the field is in JSON.
type modelFlag struct {
	cli.Flag
	read func(c *cli.Context, m *model.Config) error // sets the field to what the flag says
	copy func(to, from *model.Config)                // sets the field to from's
}

// fieldFlag is the flag f of a field; value reads it.
func fieldFlag[T any](f cli.Flag, field func(*model.Config) *T, value func(c *cli.Context, name string) T) modelFlag {
	return modelFlag{f,
		func(c *cli.Context, m *model.Config) error { *field(m) = value(c, f.Names()[0]); return nil },
		func(to, from *model.Config) { *field(to) = *field(from) }}
}

// modelFlagsOf returns the flags of all fields. d has their defaults.
func modelFlagsOf(d model.Config) []modelFlag {
	type c = model.Config
	oneOf := func(names []string) string { return "`NAME`: " + strings.Join(names, ", ") }
	return []modelFlag{
		text(d, "loss", oneOf(model.Losses()), func(m *c) *string { return &m.Loss }),
		float(d, "label-smoothing", "with --loss bce, the discriminator's target on data is 1 - `S`", "", func(m *c) *float64 { return &m.LabelSmoothing }),
		float(d, "weight-clip", "with --loss wgan, the discriminator's parameters stay within `C` of 0", "", func(m *c) *float64 { return &m.WeightClip }),
		float(d, "gp-weight", "weigh the gradient penalty of --loss wgan-gp and dragan by `W`", "", func(m *c) *float64 { return &m.GPWeight }),
		float(d, "r1", "penalise the discriminator's gradient on data: `GAMMA`/2 times its mean square", "", func(m *c) *float64 { return &m.R1 }),
		float(d, "r2", "penalise the discriminator's gradient on drawn images, as --r1 does on data", "", func(m *c) *float64 { return &m.R2 }),

		whole(d, "noise-dim", "draw an image from `N` values of noise", func(m *c) *int { return &m.NoiseDim }),
		widthList(d, "gen-hidden", "`WIDTHS` of the generator's hidden layers, as in 256,512", func(m *c) *[]int { return &m.GenHidden }),
		widthList(d, "dis-hidden", "`WIDTHS` of the discriminator's hidden layers", func(m *c) *[]int { return &m.DisHidden }),
		text(d, "gen-activation", oneOf(model.GenActivations())+"; of the generator's hidden layers", func(m *c) *string { return &m.GenActivation }),
		text(d, "dis-activation", oneOf(model.Activations())+"; of the discriminator's hidden layers", func(m *c) *string { return &m.DisActivation }),
		float(d, "leaky-slope", "multiply values below 0 by `S` in leaky-relu", "", func(m *c) *float64 { return &m.LeakySlope }),
		whole(d, "maxout-pieces", "sums that a maxout unit takes the largest of", func(m *c) *int { return &m.MaxoutPieces }),
		float(d, "dis-dropout-input", "hide each pixel from the discriminator with probability `P`", "", func(m *c) *float64 { return &m.DisDropoutInput }),
		float(d, "dis-dropout-hidden", "leave out each hidden unit of the discriminator with probability `P`", "", func(m *c) *float64 { return &m.DisDropoutHidden }),
		float(d, "gen-init-scale", "draw the generator's first weights uniform on [-`S`,S)", "normal, by the layer's inputs", func(m *c) *float64 { return &m.GenInitScale }),
		float(d, "dis-init-scale", "draw the discriminator's first weights uniform on [-`S`,S)", "normal, by the layer's inputs", func(m *c) *float64 { return &m.DisInitScale }),
		text(d, "gen-bias-init", oneOf(model.BiasInits())+"; the generator's last biases at first, grey or the data's mean image", func(m *c) *string { return &m.GenBiasInit }),
		whole(d, "classes", "tell both nets the images' labels, 0 to `N`-1; 0 for not at all", func(m *c) *int { return &m.Classes }),
		whole(d, "pack", "show the discriminator `M` images at a time", func(m *c) *int { return &m.Pack }),
		whole(d, "stack", "make an image of `N` of the set's, 1, or 3 for the red, green and blue of one, as in stacked MNIST", func(m *c) *int { return &m.Stack }),

		text(d, "optimizer", oneOf(model.Optimizers()), func(m *c) *string { return &m.Optimizer }),
		float(d, "learning-rate", "train both nets at this `RATE`", "", func(m *c) *float64 { return &m.LearningRate }),
		float(d, "dis-learning-rate", "the discriminator's own `RATE`, -1 for --learning-rate", "", func(m *c) *float64 { return &m.DisLearningRate }),
		float(d, "learning-rate-decay", "multiply the learning rates by `F` each step", "", func(m *c) *float64 { return &m.LearningRateDecay }),
		float(d, "learning-rate-least", "let --learning-rate-decay bring the rates no lower than `RATE`", "", func(m *c) *float64 { return &m.LearningRateLeast }),
		float(d, "beta1", "average gradients with this decay, `B`, in adam", "", func(m *c) *float64 { return &m.Beta1 }),
		float(d, "beta2", "average squared gradients with this decay, `B`, in adam", "", func(m *c) *float64 { return &m.Beta2 }),
		float(d, "dis-beta1", "use this `B` as --beta1 for the discriminator, -1 for the same", "", func(m *c) *float64 { return &m.DisBeta1 }),
		float(d, "dis-beta2", "use this `B` as --beta2 for the discriminator, -1 for the same", "", func(m *c) *float64 { return &m.DisBeta2 }),
		float(d, "epsilon", "add `E` to the divisor of adam's steps", "", func(m *c) *float64 { return &m.Epsilon }),
		float(d, "momentum", "keep this part, `M`, of the last step in sgd", "", func(m *c) *float64 { return &m.Momentum }),
		float(d, "momentum-end", "bring sgd's momentum to `M` over --momentum-steps", "", func(m *c) *float64 { return &m.MomentumEnd }),
		whole(d, "momentum-steps", "let sgd's momentum change for `N` steps; 0 for not at all", func(m *c) *int { return &m.MomentumSteps }),

		whole(d, "batch-size", "show the discriminator `N` images of the data a step", func(m *c) *int { return &m.BatchSize }),
		whole(d, "dis-steps", "discriminator steps before each generator step", func(m *c) *int { return &m.DisSteps }),
		text(d, "update-order", "`ORDER`: "+strings.Join(model.UpdateOrders(), ", "), func(m *c) *string { return &m.UpdateOrder }),
		fieldFlag(&cli.BoolFlag{Name: "fresh-noise", Usage: "the generator step draws its own noise, as it always does with --dis-steps above 1", Value: d.FreshNoise},
			func(m *c) *bool { return &m.FreshNoise }, (*cli.Context).Bool),
		float(d, "instance-noise", "add normal noise of standard deviation `S` to all the discriminator sees", "", func(m *c) *float64 { return &m.InstanceNoise }),
		whole(d, "instance-noise-steps", "fade --instance-noise out over `N` steps; 0 for never", func(m *c) *int { return &m.InstanceNoiseSteps }),
		float(d, "ema", "draw images with the average of the generator's weights that keeps `D` of itself each step, less in the first 4/(1-D) steps; 0 for none", "", func(m *c) *float64 { return &m.EMA }),
		float(d, "noise-scale", noiseScaleUsage, "", func(m *c) *float64 { return &m.NoiseScale }),
		fieldFlag(&cli.Uint64Flag{Name: "seed", Usage: "begin all random numbers from `SEED`", Value: d.Seed},
			func(m *c) *uint64 { return &m.Seed }, (*cli.Context).Uint64),
	}
}

const noiseScaleUsage = "draw images from noise `S` times as wide as in training: less than 1 for likelier images, more for more kinds"

// float returns a flag for a number. shown, if not empty, replaces the default in the help.
func float(d model.Config, name, usage, shown string, field func(*model.Config) *float64) modelFlag {
	return fieldFlag(&cli.Float64Flag{Name: name, Usage: usage, Value: *field(&d), DefaultText: shown}, field, (*cli.Context).Float64)
}

func whole(d model.Config, name, usage string, field func(*model.Config) *int) modelFlag {
	return fieldFlag(&cli.IntFlag{Name: name, Usage: usage, Value: *field(&d)}, field, (*cli.Context).Int)
}

func text(d model.Config, name, usage string, field func(*model.Config) *string) modelFlag {
	return fieldFlag(&cli.StringFlag{Name: name, Usage: usage, Value: *field(&d)}, field, (*cli.Context).String)
}

func widthList(d model.Config, name, usage string, field func(*model.Config) *[]int) modelFlag {
	return modelFlag{mayBeEmpty{&cli.StringFlag{Name: name, Usage: usage, Value: widths(*field(&d))}},
		func(c *cli.Context, m *model.Config) (err error) {
			*field(m), err = parseWidths(name, c.String(name))
			return err
		},
		func(to, from *model.Config) { *field(to) = *field(from) }}
}

func widths(w []int) string {
	var s []string
	for _, n := range w {
		s = append(s, strconv.Itoa(n))
	}
	return strings.Join(s, ",")
}

// parseWidths reads "256,512". An empty text means no hidden layer.
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

// modelFlags returns the flags of a model's settings, for a command.
func modelFlags(d model.Config) []cli.Flag {
	var flags []cli.Flag
	for _, f := range modelFlagsOf(d) {
		flags = append(flags, f.Flag)
	}
	return flags
}

// readModelFlags reads modelFlags into a model's settings. The loss may be given by another of
// its names; the settings hold the one of model.Losses.
func readModelFlags(c *cli.Context) (m model.Config, err error) {
	m = model.Default()
	for _, f := range modelFlagsOf(m) {
		if err := f.read(c, &m); err != nil {
			return m, err
		}
	}
	if m.Loss, err = model.LossNamed(m.Loss); err != nil {
		return m, usageError{err}
	}
	return m, nil
}
