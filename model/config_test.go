package model_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gorgan/model"
)

// TestDefault: the numbers of the tutorial, and TensorFlow's for what it leaves open.
func TestDefault(t *testing.T) {
	const want = `{"loss":"non-saturating","label_smoothing":0,"noise_dim":100,"gen_hidden":[256],"dis_hidden":[256],` +
		`"height":28,"width":28,"optimizer":"adam","learning_rate":0.0002,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,` +
		`"momentum":0.9,"batch_size":128,"dis_steps":1,"update_order":"discriminator-first","fresh_noise":false,"seed":1}`
	c := model.Default()
	must(t, c.Validate())
	got, err := json.Marshal(c)
	must(t, err)
	if d := cmp.Diff(string(got), want); d != "" {
		t.Error(d)
	}
	if c.Pixels() != 784 {
		t.Errorf("an image has %d pixels, want 784", c.Pixels())
	}
}

func TestValidate(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*model.Config)
		want   string
	}{
		"loss":                {func(c *model.Config) { c.Loss = "hinge" }, `loss is "hinge", want one of non-saturating, minimax, bce`},
		"no loss":             {func(c *model.Config) { c.Loss = "" }, `loss is "", want one of`},
		"smoothing high":      {func(c *model.Config) { c.Loss, c.LabelSmoothing = "bce", 0.5 }, "label_smoothing is 0.5, want 0 to below 0.5"},
		"smoothing low":       {func(c *model.Config) { c.Loss, c.LabelSmoothing = "bce", -0.1 }, "label_smoothing is -0.1, want 0 to below 0.5"},
		"smoothing elsewhere": {func(c *model.Config) { c.LabelSmoothing = 0.1 }, "label_smoothing is 0.1, want 0 unless the loss is bce"},
		"noise":               {func(c *model.Config) { c.NoiseDim = 0 }, "noise_dim is 0, want 1 to 1048576"},
		"noise high":          {func(c *model.Config) { c.NoiseDim = 1<<20 + 1 }, "noise_dim is 1048577, want 1 to 1048576"},
		"gen width":           {func(c *model.Config) { c.GenHidden = []int{5, -2} }, "gen_hidden is -2, want 1 to 1048576"},
		"dis width":           {func(c *model.Config) { c.DisHidden = []int{0} }, "dis_hidden is 0, want 1 to 1048576"},
		"gen depth":           {func(c *model.Config) { c.GenHidden = slices.Repeat([]int{1}, 101) }, "gen_hidden is 101, want at most 100 layers"},
		"dis depth":           {func(c *model.Config) { c.DisHidden = slices.Repeat([]int{1}, 101) }, "dis_hidden is 101, want at most 100 layers"},
		"height":              {func(c *model.Config) { c.Height = 0 }, "height is 0, want 1 to 4096"},
		"width":               {func(c *model.Config) { c.Width = 4097 }, "width is 4097, want 1 to 4096"},
		"optimizer":           {func(c *model.Config) { c.Optimizer = "rmsprop" }, `optimizer is "rmsprop", want one of adam, adagrad, sgd`},
		"rate":                {func(c *model.Config) { c.LearningRate = 0 }, "learning_rate is 0, want above 0"},
		"rate NaN":            {func(c *model.Config) { c.LearningRate = math.NaN() }, "learning_rate is NaN, want above 0"},
		"rate infinite":       {func(c *model.Config) { c.LearningRate = math.Inf(1) }, "learning_rate is +Inf, want above 0"},
		"rate 0 as float32":   {func(c *model.Config) { c.LearningRate = 1e-50 }, "learning_rate is 1e-50, want above 0"},
		"beta1":               {func(c *model.Config) { c.Beta1 = 1 }, "beta1 is 1, want 0 to below 1"},
		"beta1 low":           {func(c *model.Config) { c.Beta1 = -0.5 }, "beta1 is -0.5, want 0 to below 1"},
		"beta1 1 as float32":  {func(c *model.Config) { c.Beta1 = 0.999999999 }, "beta1 is 0.999999999, want 0 to below 1"},
		"beta2":               {func(c *model.Config) { c.Beta2 = 1.5 }, "beta2 is 1.5, want 0 to below 1"},
		"epsilon":             {func(c *model.Config) { c.Epsilon = 0 }, "epsilon is 0, want above 0, below 1"},
		"epsilon high":        {func(c *model.Config) { c.Epsilon = 1 }, "epsilon is 1, want above 0, below 1"},
		"epsilon as float32":  {func(c *model.Config) { c.Epsilon = 1e-60 }, "epsilon is 1e-60, want above 0, below 1"},
		"momentum":            {func(c *model.Config) { c.Momentum = math.NaN() }, "momentum is NaN, want 0 to below 1"},
		"batch":               {func(c *model.Config) { c.BatchSize = -1 }, "batch_size is -1, want 1 to 1048576"},
		"no steps":            {func(c *model.Config) { c.DisSteps = 0 }, "dis_steps is 0, want 1 to 1000"},
		"many steps":          {func(c *model.Config) { c.DisSteps = 1001 }, "dis_steps is 1001, want 1 to 1000"},
		"order":               {func(c *model.Config) { c.UpdateOrder = "generator-first" }, `update_order is "generator-first", want one of discriminator-first, simultaneous`},
		"steps at once":       {func(c *model.Config) { c.UpdateOrder, c.DisSteps = model.Simultaneous, 2 }, "dis_steps is 2, want 1 when update_order is simultaneous"},
		"noise at once":       {func(c *model.Config) { c.UpdateOrder, c.FreshNoise = model.Simultaneous, true }, "fresh_noise is true, want false when update_order is simultaneous"},
	} {
		t.Run(name, func(t *testing.T) {
			c := model.Default()
			tc.change(&c)
			err := c.Validate()
			contains(t, err, "model: "+tc.want)
			// One bad field is one complaint.
			if err != nil && strings.Count(err.Error(), "\n") != 0 {
				t.Errorf("got more than one line: %v", err)
			}
		})
	}
	c := model.Default()
	c.NoiseDim, c.BatchSize, c.Epsilon = 0, 0, 0
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "want") != 3 {
		t.Errorf("got %v, want three complaints", err)
	}
}

func TestParseConfigErrors(t *testing.T) {
	good, err := json.Marshal(model.Default())
	must(t, err)
	for name, tc := range map[string]struct{ text, want string }{
		"unknown key": {strings.Replace(string(good), `"seed"`, `"sead"`, 1), `unknown field "sead"`},
		"more after":  {string(good) + "{}", "got more after the object"},
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
		Loss: "bce", LabelSmoothing: 0.1, NoiseDim: 5, GenHidden: []int{1, 2}, DisHidden: nil, Height: 3, Width: 4,
		Optimizer: "sgd", LearningRate: 0.5, Beta1: 0.25, Beta2: 0.75, Epsilon: 0.125, Momentum: 0,
		BatchSize: 64, DisSteps: 2, UpdateOrder: model.Simultaneous, FreshNoise: true, Seed: 2,
	}
	want := []string{
		"loss is bce, was non-saturating", "label_smoothing is 0.1, was 0", "noise_dim is 5, was 100",
		"gen_hidden is [1 2], was [256]", "dis_hidden is [], was [256]", "height is 3, was 28", "width is 4, was 28",
		"optimizer is sgd, was adam", "learning_rate is 0.5, was 0.0002", "beta1 is 0.25, was 0.9", "beta2 is 0.75, was 0.999",
		"epsilon is 0.125, was 1e-08", "momentum is 0, was 0.9", "batch_size is 64, was 128", "dis_steps is 2, was 1",
		"update_order is simultaneous, was discriminator-first", "fresh_noise is true, was false", "seed is 2, was 1",
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
			Loss:     rapid.SampledFrom(model.Losses()).Draw(t, "loss"),
			NoiseDim: size.Draw(t, "noise"), BatchSize: size.Draw(t, "batch"),
			GenHidden: rapid.SliceOfN(size, 0, 3).Draw(t, "gen"), DisHidden: rapid.SliceOfN(size, 0, 3).Draw(t, "dis"),
			Height: rapid.IntRange(1, 4096).Draw(t, "height"), Width: rapid.IntRange(1, 4096).Draw(t, "width"),
			Optimizer:    rapid.SampledFrom(model.Optimizers()).Draw(t, "optimizer"),
			LearningRate: positive.Draw(t, "rate"), Epsilon: positive.Draw(t, "epsilon"),
			Beta1: fraction.Draw(t, "beta1"), Beta2: fraction.Draw(t, "beta2"), Momentum: fraction.Draw(t, "momentum"),
			DisSteps: 1, UpdateOrder: rapid.SampledFrom(model.UpdateOrders()).Draw(t, "order"),
			Seed: rapid.Uint64().Draw(t, "seed"),
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
	if got := fmt.Sprint(model.LossSummary("?"), model.OptimizerSummary("?")); got != "" {
		t.Errorf("unknown names have the summary %q", got)
	}
}
