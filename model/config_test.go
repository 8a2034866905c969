package model_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gorgan/model"
)

// TestDefault: the numbers of the tutorial, and TensorFlow's for what it leaves open.
func TestDefault(t *testing.T) {
	const want = `{"loss":"non-saturating","label_smoothing":0,"weight_clip":0.01,"gp_weight":10,"margin":0.3,"pull_away":0,"gamma":0.75,"k_rate":0.003,"r1":0,"r2":0,` +
		`"arch":"mlp","net_width":64,"dis_norm":"batch","gen_layers":"","dis_layers":"","noise_dim":100,"code_classes":0,"code_values":0,"code_weight":1,"code_value_weight":1,"gen_hidden":[256],"dis_hidden":[256],"gen_activation":"relu","dis_activation":"relu","gen_output":"sigmoid",` +
		`"leaky_slope":0.2,"maxout_pieces":5,"dis_dropout_input":0,"dis_dropout_hidden":0,"init_deviation":0,"gen_init_scale":0,"dis_init_scale":0,` +
		`"gen_bias_init":"zero","classes":0,"dis_labels":"auto","class_weight":1,"gen_class_weight":1,"pack":1,"stack":1,"channels":1,"height":28,"width":28,"optimizer":"adam","learning_rate":0.0002,` +
		`"dis_learning_rate":-1,"learning_rate_decay":1,"learning_rate_least":0,"beta1":0.9,"beta2":0.999,"dis_beta1":-1,` +
		`"dis_beta2":-1,"epsilon":1e-8,"momentum":0.9,"momentum_end":0,"momentum_steps":0,"batch_size":128,"shards":1,"dis_steps":1,` +
		`"update_order":"discriminator-first","fresh_noise":false,"augment":[],"instance_noise":0,"instance_noise_steps":0,"ema":0,"noise_scale":1,"seed":1}`
	c := model.Default()
	must(t, c.Validate())
	got, err := json.Marshal(c)
	must(t, err)
	if d := cmp.Diff(string(got), want); d != "" {
		t.Error(d)
	}
	for channels, want := range map[int]int{1: 784, 3: 2352} {
		if c.Channels = channels; c.Values() != want {
			t.Errorf("an image of %d channels has %d values, want %d", channels, c.Values(), want)
		}
	}
}

// TestOldConfig: a config written before there were variants is the tutorial's still,
// and its checkpoint has the tensors it had.
func TestOldConfig(t *testing.T) {
	const old = `{"loss":"non-saturating","label_smoothing":0,"noise_dim":100,"gen_hidden":[256],"dis_hidden":[256],` +
		`"height":28,"width":28,"optimizer":"adam","learning_rate":0.0002,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,` +
		`"momentum":0.9,"batch_size":128,"dis_steps":1,"update_order":"discriminator-first","fresh_noise":false,"seed":1}`
	c, err := model.ParseConfig([]byte(old))
	must(t, err)
	if d := c.Differences(model.Default()); d != nil {
		t.Error(d)
	}
	// Channels are said since images have colours. Before, stacked ones had some.
	c, err = model.ParseConfig([]byte(strings.Replace(old, `"seed":1`, `"stack":3`, 1)))
	if err != nil || c.Channels != 3 {
		t.Errorf("got %d channels of a stack, %v", c.Channels, err)
	}
}

func TestParseConfigErrors(t *testing.T) {
	good, err := json.Marshal(model.Default())
	must(t, err)
	for name, tc := range map[string]struct{ text, want string }{
		"unknown key": {strings.Replace(string(good), `"seed"`, `"sead"`, 1), `unknown field "sead"`},
		"more after":  {string(good) + "{}", "more text follows the JSON object"},
		"bad value":   {strings.Replace(string(good), `"beta1":0.9`, `"beta1":9`, 1), "beta1 is 9, want 0 to below 1"},
		"wrong type":  {strings.Replace(string(good), `"seed":1`, `"seed":"1"`, 1), "seed"},
		"cut short":   {string(good[:40]), "unexpected EOF"},
		"empty":       {"", "EOF"},
	} {
		_, err := model.ParseConfig([]byte(tc.text))
		if err == nil || !strings.HasPrefix(err.Error(), "model: ") || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, tc.want)
		}
	}
}

// TestDifferences changes each field in turn.
func TestDifferences(t *testing.T) {
	was := model.Default()
	now := model.Config{
		Loss: "bce", LabelSmoothing: 0.1, WeightClip: 1, GPWeight: 2, Margin: 5, PullAway: 6, Gamma: 0.5, KRate: 7, R1: 3, R2: 4,
		Arch: model.DCGAN, NetWidth: 8, DisNorm: model.NoNorm, GenLayers: "dense 12", DisLayers: "dense 1", InitDeviation: 0.5, NoiseDim: 5, CodeClasses: 6, CodeValues: 7, CodeWeight: 8, CodeValueWeight: 9, GenHidden: []int{1, 2}, DisHidden: nil, GenActivation: "tanh", DisActivation: "maxout", GenOutput: model.TanhOutput,
		LeakySlope: 0.5, MaxoutPieces: 3, DisDropoutInput: 0.2, DisDropoutHidden: 0.5, GenInitScale: 0.25, DisInitScale: 0.125,
		GenBiasInit: model.MarginalBias, Classes: 10, DisLabels: model.LogitLabels, ClassWeight: 0.5, GenClassWeight: 0.25, Pack: 2, Stack: 3, Channels: 3, Height: 3, Width: 4,
		Optimizer: "sgd", LearningRate: 0.5, DisLearningRate: 0.25, LearningRateDecay: 0.75, LearningRateLeast: 0.125,
		Beta1: 0.25, Beta2: 0.75, DisBeta1: 0, DisBeta2: 0.5, Epsilon: 0.125, Momentum: 0, MomentumEnd: 0.5, MomentumSteps: 7,
		BatchSize: 64, Shards: 4, DisSteps: 2, UpdateOrder: model.Simultaneous, FreshNoise: true, Augment: []string{"cutout"}, InstanceNoise: 0.5, InstanceNoiseSteps: 9,
		EMA: 0.75, NoiseScale: 1.5, Seed: 2,
	}
	want := []string{
		"loss is bce, was non-saturating", "label_smoothing is 0.1, was 0", "weight_clip is 1, was 0.01", "gp_weight is 2, was 10", "margin is 5, was 0.3", "pull_away is 6, was 0", "gamma is 0.5, was 0.75", "k_rate is 7, was 0.003",
		"r1 is 3, was 0", "r2 is 4, was 0", "arch is dcgan, was mlp", "net_width is 8, was 64", "dis_norm is none, was batch", `gen_layers is dense 12, was ""`, `dis_layers is dense 1, was ""`, "noise_dim is 5, was 100", "code_classes is 6, was 0", "code_values is 7, was 0", "code_weight is 8, was 1", "code_value_weight is 9, was 1", "gen_hidden is [1 2], was [256]", "dis_hidden is [], was [256]",
		"gen_activation is tanh, was relu", "dis_activation is maxout, was relu", "gen_output is tanh, was sigmoid", "leaky_slope is 0.5, was 0.2",
		"maxout_pieces is 3, was 5", "dis_dropout_input is 0.2, was 0", "dis_dropout_hidden is 0.5, was 0",
		"init_deviation is 0.5, was 0", "gen_init_scale is 0.25, was 0", "dis_init_scale is 0.125, was 0", "gen_bias_init is marginals, was zero",
		"classes is 10, was 0", "dis_labels is logits, was auto", "class_weight is 0.5, was 1", "gen_class_weight is 0.25, was 1", "pack is 2, was 1", "stack is 3, was 1", "channels is 3, was 1", "height is 3, was 28", "width is 4, was 28",
		"optimizer is sgd, was adam", "learning_rate is 0.5, was 0.0002", "dis_learning_rate is 0.25, was -1",
		"learning_rate_decay is 0.75, was 1", "learning_rate_least is 0.125, was 0", "beta1 is 0.25, was 0.9",
		"beta2 is 0.75, was 0.999", "dis_beta1 is 0, was -1", "dis_beta2 is 0.5, was -1", "epsilon is 0.125, was 1e-08",
		"momentum is 0, was 0.9", "momentum_end is 0.5, was 0", "momentum_steps is 7, was 0", "batch_size is 64, was 128", "shards is 4, was 1",
		"dis_steps is 2, was 1", "update_order is simultaneous, was discriminator-first", "fresh_noise is true, was false",
		"augment is [cutout], was []", "instance_noise is 0.5, was 0", "instance_noise_steps is 9, was 0", "ema is 0.75, was 0", "noise_scale is 1.5, was 1", "seed is 2, was 1",
	}
	if n := reflect.TypeFor[model.Config]().NumField(); len(want) != n {
		t.Errorf("the test changes %d fields of %d", len(want), n)
	}
	if d := cmp.Diff(now.Differences(was), want); d != "" {
		t.Error(d)
	}
	now.GenHidden = nil
	same := now
	same.DisHidden, same.GenHidden = []int{}, []int{}
	if d := now.Differences(same); d != nil {
		t.Errorf("no hidden layers and none: %v", d)
	}
}

// TestConfigRoundTrip: what is valid comes back from its JSON.
func TestConfigRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyConfig().Draw(t, "config")
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := model.ParseConfig(text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, c); d != "" || got.Differences(c) != nil {
			t.Fatal(d, got.Differences(c))
		}
	})
}

func anyConfig() *rapid.Generator[model.Config] {
	return rapid.Custom(func(t *rapid.T) model.Config {
		fraction := rapid.Float64Range(0, 0.9999)
		positive := rapid.Float64Range(1e-30, 0.9)
		size := rapid.IntRange(1, 1<<20)
		c := model.Config{
			Loss: rapid.SampledFrom(model.Losses()).Draw(t, "loss"),
			Arch: model.MLP, NetWidth: rapid.IntRange(1, 4096).Draw(t, "net width"), DisNorm: model.NoNorm,
			NoiseDim: size.Draw(t, "noise"), BatchSize: size.Draw(t, "batch"),
			GenHidden: rapid.SliceOfN(size, 0, 3).Draw(t, "gen"), DisHidden: rapid.SliceOfN(size, 0, 3).Draw(t, "dis"),
			Height: rapid.IntRange(1, 4096).Draw(t, "height"), Width: rapid.IntRange(1, 4096).Draw(t, "width"),
			Optimizer:    rapid.SampledFrom(model.Optimizers()).Draw(t, "optimizer"),
			LearningRate: positive.Draw(t, "rate"), Epsilon: positive.Draw(t, "epsilon"),
			Beta1: fraction.Draw(t, "beta1"), Beta2: fraction.Draw(t, "beta2"), Momentum: fraction.Draw(t, "momentum"),
			Shards: 1, DisSteps: 1, UpdateOrder: rapid.SampledFrom(model.UpdateOrders()).Draw(t, "order"),
			Seed: rapid.Uint64().Draw(t, "seed"),

			WeightClip: positive.Draw(t, "clip"), GPWeight: positive.Draw(t, "gp"), Margin: positive.Draw(t, "margin"), Gamma: fraction.Draw(t, "gamma") + 1e-9, KRate: positive.Draw(t, "k rate"), LeakySlope: positive.Draw(t, "slope"),
			GenActivation: rapid.SampledFrom(model.GenActivations()).Draw(t, "gen activation"),
			DisActivation: rapid.SampledFrom([]string{"relu", "leaky-relu", "maxout"}).Draw(t, "dis activation"),
			R1:            rapid.Float64Range(0, 1e30).Draw(t, "r1"), R2: rapid.Float64Range(0, 1e30).Draw(t, "r2"),
			GenOutput:       rapid.SampledFrom(model.GenOutputs()).Draw(t, "gen output"),
			MaxoutPieces:    rapid.IntRange(2, 100).Draw(t, "pieces"),
			DisDropoutInput: fraction.Draw(t, "input"), DisDropoutHidden: fraction.Draw(t, "hidden"),
			GenInitScale: fraction.Draw(t, "gen scale"), DisInitScale: fraction.Draw(t, "dis scale"),
			DisLabels: rapid.SampledFrom([]string{model.AutoLabels, model.InputLabels}).Draw(t, "dis labels"), GenBiasInit: rapid.SampledFrom(model.BiasInits()).Draw(t, "bias"),
			Stack: rapid.SampledFrom([]int{1, 3}).Draw(t, "stack"), Pack: rapid.IntRange(1, 4).Draw(t, "pack"),
			DisLearningRate: rapid.SampledFrom([]float64{-1, 1e-9, 0.5}).Draw(t, "dis rate"), LearningRateDecay: positive.Draw(t, "decay"),
			DisBeta1: rapid.SampledFrom([]float64{-1, 0, 0.5}).Draw(t, "dis beta1"), DisBeta2: rapid.SampledFrom([]float64{-1, 0, 0.5}).Draw(t, "dis beta2"),
			MomentumSteps: rapid.IntRange(0, 1<<31-1).Draw(t, "momentum steps"),
			InstanceNoise: positive.Draw(t, "noise"), InstanceNoiseSteps: rapid.IntRange(0, 1<<31-1).Draw(t, "fade"),
			CodeClasses: rapid.SampledFrom([]int{0, 2, 65536}).Draw(t, "code classes"), CodeValues: rapid.IntRange(0, 1024).Draw(t, "code values"),
			CodeWeight: positive.Draw(t, "code weight"), CodeValueWeight: positive.Draw(t, "code value weight"), ClassWeight: positive.Draw(t, "class weight"), GenClassWeight: fraction.Draw(t, "gen class weight"),
			EMA: fraction.Draw(t, "ema"), NoiseScale: positive.Draw(t, "noise scale"),
		}
		if rapid.Bool().Draw(t, "dcgan") {
			c.Arch, c.GenBiasInit, c.Pack = model.DCGAN, model.ZeroBias, 1
			halvings := rapid.IntRange(1, 9).Draw(t, "halvings")
			c.Height = rapid.IntRange(4, 7).Draw(t, "small height") << halvings
			c.Width = rapid.IntRange(4, 7).Draw(t, "small width") << halvings
		}
		autoencoder := c.Loss == "ebgan" || c.Loss == "began"
		if autoencoder { // the text of D's last layer has the values of a pack
			c.CodeClasses, c.CodeValues = 0, 0
			c.PullAway, c.Height, c.Width = fraction.Draw(t, "pull-away"), min(c.Height, 1024), min(c.Width, 1024)
		}
		c.Channels = c.Stack
		if c.Stack == 1 {
			if c.Arch == model.MLP || c.DisLabels == model.AutoLabels && !autoencoder {
				c.Classes = rapid.IntRange(0, 65536).Draw(t, "classes")
			}
			c.Channels = rapid.SampledFrom([]int{1, 3}).Draw(t, "channels")
		}
		if c.Arch == model.MLP && rapid.Bool().Draw(t, "layers") {
			c.Arch, c.DisDropoutInput, c.DisDropoutHidden = model.Layers, 0, 0
			c.GenLayers = fmt.Sprintf("dense %d, dense %dx%dx%d", size.Draw(t, "units"), c.Height, c.Width, c.Channels)
			c.DisLayers = "dropout 0.1,\n dense 5 , dense 1"
			if autoencoder {
				c.DisLayers = fmt.Sprintf("dense 5, dense %d", c.Pack*c.Values())
			}
		}
		if c.Pack == 1 && !autoencoder && rapid.Bool().Draw(t, "logits") {
			c.DisLabels = rapid.SampledFrom([]string{model.LogitLabels, model.ProjectionLabels}).Draw(t, "logits of")
		}
		if !autoencoder && rapid.Bool().Draw(t, "classifier") {
			c.DisLabels = model.ClassifierLabels
		}
		c.BatchSize = max(2, c.BatchSize/c.Pack) * c.Pack
		if c.BatchSize > 1<<20 {
			c.BatchSize, c.Pack = 1<<20, 1
		}
		if c.BatchSize%(8*c.Pack) == 0 {
			c.Shards = rapid.SampledFrom([]int{1, 2}).Draw(t, "shards")
		}
		if c.MomentumSteps > 0 {
			c.MomentumEnd = fraction.Draw(t, "momentum end")
		}
		if c.Loss == "bce" {
			c.LabelSmoothing = rapid.Float64Range(0, 0.499).Draw(t, "smoothing")
		}
		if c.UpdateOrder == model.DiscriminatorFirst {
			c.DisSteps, c.FreshNoise = rapid.IntRange(1, 1000).Draw(t, "steps"), rapid.Bool().Draw(t, "fresh")
		}
		return c
	})
}

// FuzzConfig: any text is refused, or gives a valid config that its JSON gives again.
func FuzzConfig(f *testing.F) {
	text, err := json.Marshal(model.Default())
	must(f, err)
	f.Add(text)
	f.Add([]byte(`{"LOSS":"bce","gen_hidden":null,"seed":18446744073709551615}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := model.ParseConfig(text)
		if err != nil {
			return
		}
		must(t, c.Validate())
		again, err := json.Marshal(c)
		must(t, err)
		back, err := model.ParseConfig(again)
		must(t, err)
		if d := cmp.Diff(back, c); d != "" {
			t.Error(d)
		}
	})
}

// TestTables: what users can name has a line about it.
func TestTables(t *testing.T) {
	for _, name := range model.Losses() {
		if model.LossSummary(name) == "" {
			t.Errorf("loss %s has no summary", name)
		}
	}
	for _, name := range model.Optimizers() {
		if model.OptimizerSummary(name) == "" {
			t.Errorf("optimizer %s has no summary", name)
		}
	}
	for _, name := range model.Activations() {
		if model.ActivationSummary(name) == "" {
			t.Errorf("activation %s has no summary", name)
		}
	}
	for _, name := range model.Augmentations() {
		if model.AugmentationSummary(name) == "" {
			t.Errorf("augmentation %s has no summary", name)
		}
	}
	for _, name := range model.Archs() {
		if model.ArchSummary(name) == "" {
			t.Errorf("arch %s has no summary", name)
		}
	}
	if got := fmt.Sprint(model.ArchSummary("?"), model.AugmentationSummary("?"), model.LossSummary("?"), model.OptimizerSummary("?"), model.ActivationSummary("?")); got != "" {
		t.Errorf("unknown names have the summary %q", got)
	}
}
