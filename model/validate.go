package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgan/dataset/raster"
)

// The limits of settings. Larger values are surely mistakes.
const (
	maxSize       = 1 << 20 // width of a layer, size of a batch
	maxSide       = 1 << 12 // height and width of an image
	maxLayers     = 100     // hidden layers of a net
	maxNetWidth   = 1 << 12 // channels of a dcgan's first layer
	maxCodeValues = 1 << 10
	maxCount      = 1<<31 - 1 // number of steps that a kernel takes
	maxKRate      = 1000      // of began's k, which is at most 1
	// leastNormal is the smallest normal float32 above 0.
	leastNormal = 0x1p-126
)

// Validate returns an error for each field that is out of range or does not go with the others,
// joined.
func (c Config) Validate() error {
	return c.validate(&validation{named: func(key string) string { return key }, prefix: "model: "})
}

// ValidateNamed is Validate. named returns the name that the user knows a setting by, for the errors: a
// flag, for example.
func (c Config) ValidateNamed(named func(key string) string) error {
	return c.validate(&validation{named: named})
}

func (c Config) validate(v *validation) error {
	c.checkLoss(v)
	c.checkNets(v)
	c.checkOptimizer(v)
	c.checkSteps(v)
	if len(v.errs) == 0 { // a net is built of settings in their ranges
		c.checkBuilt(v)
	}
	return errors.Join(v.errs...)
}

// checkBuilt builds the nets, and checks the settings that depend on them.
func (c Config) checkBuilt(v *validation) {
	gen, dis, err := c.nets(v.named)
	if err != nil {
		v.errs = append(v.errs, fmt.Errorf("%s%w", v.prefix, err))
		return
	}
	v.check(c.PullAway == 0 || len(codeLayers(dis.Net)) > 0, "pull_away", c.PullAway, "0 where the discriminator has a single layer, and so no code")
	v.check(c.GenBiasInit != MarginalBias || hasBiasOfValues(gen.Net), "gen_bias_init", quoted(c.GenBiasInit),
		ZeroBias+" where the last layer of the generator is not dense, and so has no bias for each value of an image")
}

func (c Config) checkLoss(v *validation) {
	v.name("loss", c.Loss, Losses())
	v.check(c.LabelSmoothing >= 0 && c.LabelSmoothing < 0.5, "label_smoothing", c.LabelSmoothing, "0 to below 0.5")
	smoothed := lossesWith(func(l loss) bool { return l.smooths })
	v.check(c.LabelSmoothing == 0 || slices.Contains(smoothed, c.Loss), "label_smoothing", c.LabelSmoothing,
		"0 unless the loss is "+strings.Join(smoothed, " or "))
	v.positive("weight_clip", c.WeightClip)
	v.positive("gp_weight", c.GPWeight)
	v.positive("margin", c.Margin)
	v.notNegative("pull_away", c.PullAway)
	coded := lossesWith(func(l loss) bool { return l.autoencodes })
	v.check(c.PullAway == 0 || slices.Contains(coded, c.Loss), "pull_away", c.PullAway, "0 unless the loss is "+strings.Join(coded, " or ")+", whose discriminator makes a code of an image")
	v.check(c.PullAway == 0 || c.shardSize()/max(c.Pack, 1) > 1, "pull_away", c.PullAway, "0 where batch_size is pack, as it compares the codes of a batch")
	v.check(float32(c.Gamma) > 0 && c.Gamma <= 1, "gamma", c.Gamma, "above 0, at most 1")
	v.check(float32(c.KRate) > 0 && c.KRate <= maxKRate, "k_rate", c.KRate, fmt.Sprintf("above 0, at most %d", maxKRate))
	v.notNegative("r1", c.R1)
	v.notNegative("r2", c.R2)
}

func (c Config) checkNets(v *validation) {
	v.name("arch", c.Arch, Archs())
	if row, known := archs.find(c.Arch); known {
		row.value.check(c, v)
	}
	v.check(c.NetWidth >= 1 && c.NetWidth <= maxNetWidth, "net_width", c.NetWidth, fmt.Sprintf("1 to %d", maxNetWidth))
	v.name("dis_norm", c.DisNorm, DisNorms())
	v.size("noise_dim", c.NoiseDim)
	v.check(c.CodeClasses == 0 || c.CodeClasses >= 2 && c.CodeClasses <= MaxClasses, "code_classes", c.CodeClasses, fmt.Sprintf("0, or 2 to %d", MaxClasses))
	v.check(c.CodeValues >= 0 && c.CodeValues <= maxCodeValues, "code_values", c.CodeValues, fmt.Sprintf("0 to %d", maxCodeValues))
	v.positive("code_weight", c.CodeWeight)
	v.positive("code_value_weight", c.CodeValueWeight)
	v.widths("gen_hidden", c.GenHidden)
	v.widths("dis_hidden", c.DisHidden)
	v.name("gen_activation", c.GenActivation, GenActivations())
	v.name("dis_activation", c.DisActivation, Activations())
	v.name("gen_output", c.GenOutput, GenOutputs())
	v.check(c.LeakySlope > 0 && float32(c.LeakySlope) < 1, "leaky_slope", c.LeakySlope, "above 0, below 1")
	v.check(c.MaxoutPieces >= 2 && c.MaxoutPieces <= 100, "maxout_pieces", c.MaxoutPieces, "2 to 100")
	v.fraction("dis_dropout_input", c.DisDropoutInput)
	v.fraction("dis_dropout_hidden", c.DisDropoutHidden)
	v.notNegative("init_deviation", c.InitDeviation)
	v.notNegative("gen_init_scale", c.GenInitScale)
	v.notNegative("dis_init_scale", c.DisInitScale)
	v.check(c.InitDeviation == 0 || c.GenInitScale == 0 || c.DisInitScale == 0, "init_deviation", c.InitDeviation,
		"0 where gen_init_scale and dis_init_scale are above 0, as they say how all weights begin")
	for _, text := range []struct{ key, text string }{{"gen_layers", c.GenLayers}, {"dis_layers", c.DisLayers}} {
		v.check(text.text == "" || c.Arch == Layers, text.key, quoted(text.text), "none unless arch is layers")
	}
	v.name("gen_bias_init", c.GenBiasInit, BiasInits())
	v.check(c.Classes >= 0 && c.Classes <= MaxClasses, "classes", c.Classes, fmt.Sprintf("0 to %d", MaxClasses))
	v.name("dis_labels", c.DisLabels, DisLabels())
	v.check(c.DisLabels == AutoLabels || c.DisLabels == InputLabels || c.Classes == 0 || !c.autoencodes(), "dis_labels", quoted(c.DisLabels),
		"auto or input with the loss "+c.Loss+", whose discriminator is an autoencoder and makes no logits")
	v.check(c.DisLabels != LogitLabels && c.DisLabels != ProjectionLabels || c.Classes == 0 || c.Pack == 1, "dis_labels", quoted(c.DisLabels),
		"auto, input or classifier where pack is above 1, as such a row has several labels")
	v.positive("class_weight", c.ClassWeight)
	v.notNegative("gen_class_weight", c.GenClassWeight)
	withoutLogit := "0 with the loss " + c.Loss + ", whose discriminator is an autoencoder and makes nothing beside an image"
	v.check(c.CodeClasses == 0 || !c.autoencodes(), "code_classes", c.CodeClasses, withoutLogit)
	v.check(c.CodeValues == 0 || !c.autoencodes(), "code_values", c.CodeValues, withoutLogit)
	v.check(c.Stack == 1 || c.Stack == raster.RGB, "stack", c.Stack, fmt.Sprintf("1 or %d", raster.RGB))
	v.check(c.Stack == 1 || c.Classes == 0, "classes", c.Classes, "0 where stack is 3, as such an image has three labels")
	v.check(c.Channels == 1 || c.Channels == raster.RGB, "channels", c.Channels, fmt.Sprintf("1 or %d", raster.RGB))
	v.check(c.Stack != raster.RGB || c.Channels == c.Stack, "channels", c.Channels, fmt.Sprintf("%d where stack is %d", c.Stack, c.Stack))
	v.check(c.Height >= 1 && c.Height <= maxSide, "height", c.Height, fmt.Sprintf("1 to %d", maxSide))
	v.check(c.Width >= 1 && c.Width <= maxSide, "width", c.Width, fmt.Sprintf("1 to %d", maxSide))
}

// clips reports whether the loss clips D's parameters.
func (c Config) clips() bool {
	loss, _ := losses.find(c.Loss)
	return loss.value.clips
}

// penalises reports whether D's loss has a penalty.
func (c Config) penalises() bool {
	loss, _ := losses.find(c.Loss)
	return loss.value.points != noPoints || c.R1 > 0 || c.R2 > 0
}

func (c Config) checkOptimizer(v *validation) {
	v.name("optimizer", c.Optimizer, Optimizers())
	v.positive("learning_rate", c.LearningRate)
	if c.DisLearningRate != -1 {
		v.positive("dis_learning_rate", c.DisLearningRate)
	}
	v.check(float32(c.LearningRateDecay) > 0 && c.LearningRateDecay <= 1, "learning_rate_decay", c.LearningRateDecay, "above 0, at most 1")
	own := c.ofDiscriminator().LearningRate
	v.check(c.LearningRateLeast >= 0 && !(c.LearningRateLeast > c.LearningRate) && !(c.LearningRateLeast > own),
		"learning_rate_least", c.LearningRateLeast, "0 to the learning rates")
	v.fraction("beta1", c.Beta1)
	v.fraction("beta2", c.Beta2)
	if c.DisBeta1 != -1 {
		v.fraction("dis_beta1", c.DisBeta1)
	}
	if c.DisBeta2 != -1 {
		v.fraction("dis_beta2", c.DisBeta2)
	}
	// Vector instructions treat a smaller number, a denormal, as 0.
	v.check(c.Epsilon >= leastNormal && c.Epsilon < 1, "epsilon", c.Epsilon, fmt.Sprintf("%.3g, the least normal float32, to below 1", leastNormal))
	v.fraction("momentum", c.Momentum)
	v.fraction("momentum_end", c.MomentumEnd)
	v.count("momentum_steps", c.MomentumSteps)
	v.check(c.MomentumEnd == 0 || c.MomentumSteps != 0, "momentum_end", c.MomentumEnd, "0 unless momentum_steps is above 0")
}

func (c Config) checkSteps(v *validation) {
	v.size("batch_size", c.BatchSize)
	v.check(c.Pack >= 1 && c.BatchSize%max(c.Pack, 1) == 0, "pack", c.Pack, fmt.Sprintf("1 or another divisor of batch_size, %d", c.BatchSize))
	c.checkShards(v)
	v.check(c.DisSteps >= 1 && c.DisSteps <= 1000, "dis_steps", c.DisSteps, "1 to 1000")
	v.name("update_order", c.UpdateOrder, UpdateOrders())
	v.check(c.UpdateOrder != Simultaneous || c.DisSteps == 1, "dis_steps", c.DisSteps, "1 when update_order is simultaneous")
	v.check(c.UpdateOrder != Simultaneous || !c.FreshNoise, "fresh_noise", c.FreshNoise, "false when update_order is simultaneous")
	for i, name := range c.Augment {
		v.name("augment", name, Augmentations())
		v.check(!slices.Contains(c.Augment[:i], name), "augment", strings.Join(c.Augment, ","), "each name once")
	}
	v.notNegative("instance_noise", c.InstanceNoise)
	v.count("instance_noise_steps", c.InstanceNoiseSteps)
	v.check(c.InstanceNoiseSteps == 0 || c.InstanceNoise != 0, "instance_noise_steps", c.InstanceNoiseSteps, "0 unless instance_noise is above 0")
	v.fraction("ema", c.EMA)
	v.positive("noise_scale", c.NoiseScale)
}

// validation collects errors. It compares numbers as float32, the type of the computation: a
// number below 1 must not round to 1, and a number above 0 must not round to 0.
type validation struct {
	named  func(key string) string
	prefix string // of each error
	errs   []error
}

func (v *validation) check(ok bool, field string, got any, want string) {
	if !ok {
		v.errs = append(v.errs, fmt.Errorf("%s%s is %v, want %s", v.prefix, v.named(field), got, want))
	}
}

func (v *validation) name(field, got string, names []string) {
	v.check(slices.Contains(names, got), field, quoted(got), "one of "+strings.Join(names, ", "))
}

func (v *validation) size(field string, n int) {
	v.check(n >= 1 && n <= maxSize, field, n, fmt.Sprintf("1 to %d", maxSize))
}

func (v *validation) count(field string, n int) {
	v.check(n >= 0 && n <= maxCount, field, n, fmt.Sprintf("0 to %d", maxCount))
}

func (v *validation) widths(field string, widths []int) {
	v.check(len(widths) <= maxLayers, field, len(widths), fmt.Sprintf("at most %d layers", maxLayers))
	for _, n := range widths {
		v.size(field, n)
	}
}

func (v *validation) fraction(field string, x float64) {
	v.check(x >= 0 && float32(x) < 1, field, x, "0 to below 1")
}

func (v *validation) positive(field string, x float64) {
	v.check(float32(x) > 0 && x <= math.MaxFloat32, field, x, "a finite number above 0")
}

func (v *validation) notNegative(field string, x float64) {
	v.check(x >= 0 && x <= math.MaxFloat32, field, x, "a finite number, 0 or more")
}

// quoted keeps an empty or odd name visible in a message.
func quoted(s string) string { return fmt.Sprintf("%q", s) }
