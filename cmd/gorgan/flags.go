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
	oneOf := func(verb string, names []string) string { return verb + " `NAME`: " + strings.Join(names, ", ") }
	return []modelFlag{
		text(d, "arch", oneOf("train nets of the kind", model.Archs()), func(m *c) *string { return &m.Arch }),
		whole(d, "net-width", "with --arch dcgan or resnet, give the layers next to the images `N` channels, and double them each time that the sides are halved (a resnet to 8 times N at most)", func(m *c) *int { return &m.NetWidth }),
		text(d, "dis-norm", oneOf("with --arch dcgan, normalise the discriminator's layers by", model.DisNorms()), func(m *c) *string { return &m.DisNorm }),
		text(d, "gen-layers", "build the generator of the `LAYERS` in a text, as in 'dense 7x7x128 batch-norm, up 64 batch-norm, up 1', together with --dis-layers; docs/nets.md has all words", func(m *c) *string { return &m.GenLayers }),
		text(d, "dis-layers", "build the discriminator of the `LAYERS` in a text, as in 'down 64, down 128, dense 1'", func(m *c) *string { return &m.DisLayers }),
		whole(d, "noise-dim", "make an image from `N` values of noise", func(m *c) *int { return &m.NoiseDim }),
		whole(d, "code-classes", "give the generator a categorical code of `N` classes beside the noise, and ask the discriminator for it (infoGAN, Chen et al. 2016); 0 for none", func(m *c) *int { return &m.CodeClasses }),
		whole(d, "code-values", "give the generator `N` continuous codes, uniform on [-1,1), and ask the discriminator for them", func(m *c) *int { return &m.CodeValues }),
		float(d, "code-weight", "weigh the loss of the categorical code by `W` in both losses", "", func(m *c) *float64 { return &m.CodeWeight }),
		float(d, "code-value-weight", "weigh the loss of the continuous codes by `W` in both losses", "", func(m *c) *float64 { return &m.CodeValueWeight }),
		widthList(d, "gen-hidden", "with --arch mlp, give the generator hidden layers of these `WIDTHS`, as in 256,512", func(m *c) *[]int { return &m.GenHidden }),
		widthList(d, "dis-hidden", "with --arch mlp, give the discriminator hidden layers of these `WIDTHS`", func(m *c) *[]int { return &m.DisHidden }),
		text(d, "gen-activation", oneOf("use in the generator's hidden layers the activation", model.GenActivations()), func(m *c) *string { return &m.GenActivation }),
		text(d, "dis-activation", oneOf("use in the discriminator's hidden layers the activation", model.Activations()), func(m *c) *string { return &m.DisActivation }),
		text(d, "gen-output", oneOf("end the generator with this activation: sigmoid, with images in [0,1] in both nets, or tanh, with images in [-1,1];", model.GenOutputs()), func(m *c) *string { return &m.GenOutput }),
		float(d, "leaky-slope", "with leaky-relu, multiply values below 0 by `S`", "", func(m *c) *float64 { return &m.LeakySlope }),
		whole(d, "maxout-pieces", "with maxout, let a unit take the largest of `N` sums", func(m *c) *int { return &m.MaxoutPieces }),
		float(d, "dis-dropout-input", "drop each value of the discriminator's input with probability `P`", "", func(m *c) *float64 { return &m.DisDropoutInput }),
		float(d, "dis-dropout-hidden", "drop each hidden unit of the discriminator with probability `P`", "", func(m *c) *float64 { return &m.DisDropoutHidden }),
		float(d, "init-deviation", "draw the first weights of both nets normal with a standard deviation of `S`", "0.02 with --arch dcgan, otherwise by the layer's inputs", func(m *c) *float64 { return &m.InitDeviation }),
		float(d, "gen-init-scale", "draw the generator's first weights uniform on [-`S`,S)", "normal", func(m *c) *float64 { return &m.GenInitScale }),
		float(d, "dis-init-scale", "draw the discriminator's first weights uniform on [-`S`,S)", "normal", func(m *c) *float64 { return &m.DisInitScale }),
		text(d, "gen-bias-init", oneOf("start the generator at grey (zero) or at the data's mean image (marginals), by its last biases:", model.BiasInits()), func(m *c) *string { return &m.GenBiasInit }),
		classes(),
		text(d, "dis-labels", "with --classes, tell the discriminator the class of an image in this `WAY`: input, beside the values that its first layer takes; logits, by a logit for each class, of which that of the image's class is taken; projection, by adding that logit to one of all classes (Miyato and Koyama 2018); classifier, not at all, but ask for it (ACGAN, Odena et al. 2017); auto, input if the first layer is dense and logits if not", func(m *c) *string { return &m.DisLabels }),
		float(d, "class-weight", "with --dis-labels classifier, weigh the loss of the classes by `W` in the discriminator's loss", "", func(m *c) *float64 { return &m.ClassWeight }),
		float(d, "gen-class-weight", "with --dis-labels classifier, weigh the loss of the classes by `W` in the generator's loss", "", func(m *c) *float64 { return &m.GenClassWeight }),
		whole(d, "pack", "show the discriminator `M` images at a time", func(m *c) *int { return &m.Pack }),
		whole(d, "stack", "stack `N` images of the set into one, 1 or 3: the red, green and blue of stacked MNIST", func(m *c) *int { return &m.Stack }),

		text(d, "loss", oneOf("train with the loss", model.Losses()), func(m *c) *string { return &m.Loss }),
		float(d, "label-smoothing", "with --loss bce, set the discriminator's target for real images to 1 - `S`", "", func(m *c) *float64 { return &m.LabelSmoothing }),
		float(d, "weight-clip", "with --loss wgan, clip the discriminator's parameters to [-`C`,C]", "", func(m *c) *float64 { return &m.WeightClip }),
		float(d, "gp-weight", "with --loss wgan-gp or dragan, weigh the gradient penalty by `W`", "", func(m *c) *float64 { return &m.GPWeight }),
		float(d, "margin", "with --loss ebgan, train the discriminator to make fake images again with a root mean squared error of `M` or more", "", func(m *c) *float64 { return &m.Margin }),
		float(d, "pull-away", "with --loss ebgan or began, weigh by `W` the generator's pull-away term, the mean squared cosine of the codes of two fake images; 0 for none", "", func(m *c) *float64 { return &m.PullAway }),
		float(d, "gamma", "with --loss began, hold the discriminator's error on fake images at `G` times that on real ones, the diversity ratio: lower for likelier images, higher for more kinds", "", func(m *c) *float64 { return &m.Gamma }),
		float(d, "k-rate", "with --loss began, move k, by which the error on fake images counts, by `R` times what is missing to --gamma in each step", "", func(m *c) *float64 { return &m.KRate }),
		float(d, "r1", "penalise the discriminator's gradient at real images by `GAMMA`/2 times its mean square", "", func(m *c) *float64 { return &m.R1 }),
		float(d, "r2", "penalise the gradient at fake images by `GAMMA`/2 times its mean square", "", func(m *c) *float64 { return &m.R2 }),

		text(d, "optimizer", oneOf("train with the optimizer", model.Optimizers()), func(m *c) *string { return &m.Optimizer }),
		float(d, "learning-rate", "train both nets at this `RATE`", "", func(m *c) *float64 { return &m.LearningRate }),
		float(d, "dis-learning-rate", "train the discriminator at this `RATE`, so that both nets have a time scale of their own (TTUR, Heusel et al. 2017); -1 for --learning-rate", "", func(m *c) *float64 { return &m.DisLearningRate }),
		float(d, "learning-rate-decay", "multiply the learning rates by `F` each step", "", func(m *c) *float64 { return &m.LearningRateDecay }),
		float(d, "learning-rate-least", "stop --learning-rate-decay at `RATE`", "", func(m *c) *float64 { return &m.LearningRateLeast }),
		float(d, "beta1", "with adam, average the gradients with decay `B`", "", func(m *c) *float64 { return &m.Beta1 }),
		float(d, "beta2", "with adam, average the squared gradients with decay `B`", "", func(m *c) *float64 { return &m.Beta2 }),
		float(d, "dis-beta1", "use `B` as the discriminator's --beta1, -1 for the same", "", func(m *c) *float64 { return &m.DisBeta1 }),
		float(d, "dis-beta2", "use `B` as the discriminator's --beta2, -1 for the same", "", func(m *c) *float64 { return &m.DisBeta2 }),
		float(d, "epsilon", "with adam, add `E` to the divisor of a step", "", func(m *c) *float64 { return &m.Epsilon }),
		float(d, "momentum", "with sgd, keep the part `M` of the last step", "", func(m *c) *float64 { return &m.Momentum }),
		float(d, "momentum-end", "with sgd, bring the momentum to `M` over --momentum-steps", "", func(m *c) *float64 { return &m.MomentumEnd }),
		whole(d, "momentum-steps", "with sgd, change the momentum over `N` steps; 0 for never", func(m *c) *int { return &m.MomentumSteps }),

		whole(d, "batch-size", "train on `N` real images a step", func(m *c) *int { return &m.BatchSize }),
		whole(d, "shards", "compute each batch as the mean of `N` small ones, which ranks can share; a power of two", func(m *c) *int { return &m.Shards }),
		whole(d, "dis-steps", "update the discriminator `N` times before each update of the generator", func(m *c) *int { return &m.DisSteps }),
		text(d, "update-order", "update the nets in this `ORDER`: "+strings.Join(model.UpdateOrders(), ", "), func(m *c) *string { return &m.UpdateOrder }),
		fieldFlag(&cli.BoolFlag{Name: "fresh-noise", Usage: "train the generator on noise of its own, as it always is with --dis-steps above 1", Value: d.FreshNoise},
			func(m *c) *bool { return &m.FreshNoise }, (*cli.Context).Bool),
		nameList(d, "augment", "for small sets, change all images that the discriminator sees, real and fake, at random by `KINDS`, with commas between them: "+strings.Join(model.Augmentations(), ", "), func(m *c) *[]string { return &m.Augment }),
		float(d, "instance-noise", "add normal noise of standard deviation `S` to all images that the discriminator sees", "", func(m *c) *float64 { return &m.InstanceNoise }),
		whole(d, "instance-noise-steps", "fade --instance-noise out over `N` steps; 0 for never", func(m *c) *int { return &m.InstanceNoiseSteps }),
		float(d, "ema", "make images with an average of the generator's weights, which keeps the part `D` of itself each step (less in the first 4/(1-D) steps); 0 for none", "", func(m *c) *float64 { return &m.EMA }),
		float(d, "noise-scale", noiseScaleUsage, "", func(m *c) *float64 { return &m.NoiseScale }),
		fieldFlag(&cli.Uint64Flag{Name: "seed", Usage: "draw all random numbers from `SEED`", Value: d.Seed},
			func(m *c) *uint64 { return &m.Seed }, (*cli.Context).Uint64),
	}
}

const noiseScaleUsage = "make images from noise `S` times as wide as in training: below 1 for likelier images, above 1 for more kinds"

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

// nameList returns a flag for names with commas between them. An empty text means none.
func nameList(d model.Config, name, usage string, field func(*model.Config) *[]string) modelFlag {
	return fieldFlag(mayBeEmpty{&cli.StringFlag{Name: name, Usage: usage, Value: strings.Join(*field(&d), ",")}}, field,
		func(c *cli.Context, name string) []string {
			return strings.FieldsFunc(c.String(name), func(r rune) bool { return r == ',' || r == ' ' })
		})
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

// autoClasses is the value of --classes for as many classes as the data have.
const autoClasses = "auto"

// classes returns the flag for the classes. It leaves 0 in the settings where the data give their
// number.
func classes() modelFlag {
	name := "classes"
	return modelFlag{&cli.StringFlag{Name: name, Usage: "tell both nets the class of each image, of `N` classes; auto for those of the data, 0 for none", Value: "0"},
		func(c *cli.Context, m *model.Config) error {
			text := c.String(name)
			n, err := strconv.Atoi(text)
			if err != nil && text != autoClasses {
				return usageError{fmt.Errorf("--%s is %.40q, want auto or a whole number of 0 or more", name, text)}
			}
			m.Classes = n
			return nil
		},
		func(to, from *model.Config) { to.Classes = from.Classes }}
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
	m = m.ForSet(m.ShapeWanted()) // until the data are known
	if m.Loss, err = model.LossNamed(m.Loss); err != nil {
		return m, usageError{err}
	}
	return m, nil
}
