package model_test

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"gorgan/dataset"
	"gorgan/kernels"
	devices "gorgan/kernels/device"
	"gorgan/model"
)

func TestMain(m *testing.M) {
	// The simulated CUDA device, if tests use it, has programmatic dependent launch.
	if os.Getenv("GORGAN_SIM_FAULTS") == "" {
		os.Setenv("GORGAN_SIM_FAULTS", "cc=90")
	}
	goleak.VerifyTestMain(m)
}

// small returns a config with a few hundred parameters, which can be differentiated numerically.
func small(change ...func(*model.Config)) model.Config {
	c := model.Default()
	c.NoiseDim, c.GenHidden, c.DisHidden, c.Height, c.Width = 5, []int{8}, []int{6}, 4, 4
	c.BatchSize, c.LearningRate, c.Seed = 8, 1e-3, 7
	for _, f := range change {
		f(&c)
	}
	return c
}

func simultaneous(c *model.Config) { c.UpdateOrder = model.Simultaneous }
func freshNoise(c *model.Config)   { c.FreshNoise = true }
func disSteps(n int) func(*model.Config) {
	return func(c *model.Config) { c.DisSteps = n }
}
func loss(name string) func(*model.Config) {
	return func(c *model.Config) { c.Loss = name }
}
func optimizer(name string) func(*model.Config) {
	return func(c *model.Config) { c.Optimizer = name }
}
func smoothing(c *model.Config) { c.Loss, c.LabelSmoothing = "bce", 0.1 }
func twoLayers(c *model.Config) { c.GenHidden, c.DisHidden = []int{6, 8}, []int{8, 6} }

// objectives returns all losses, and smoothed labels for the loss that takes them.
func objectives() map[string]func(*model.Config) {
	all := map[string]func(*model.Config){"bce, smoothed": smoothing}
	for _, name := range model.Losses() {
		all[name] = loss(name)
	}
	all["ebgan, pull-away"] = func(c *model.Config) { c.Loss, c.PullAway, c.Margin = "ebgan", 0.5, 0.2 }
	return all
}

// dcgans returns nets of convolutions, with batches and without. The oracles for dense nets do not know
// them: they are held against the files golden_dcgan and the gradients of package nn.
func dcgans() map[string]func(*model.Config) {
	base := func(c *model.Config) {
		c.Arch, c.NetWidth, c.Height, c.Width, c.Channels, c.Beta1 = model.DCGAN, 3, 16, 8, 3, 0.5
	}
	with := func(f func(*model.Config)) func(*model.Config) {
		return func(c *model.Config) { base(c); f(c) }
	}
	return map[string]func(*model.Config){
		"dcgan":            base,
		"dcgan, fresh":     with(func(c *model.Config) { c.DisSteps, c.EMA = 2, 0.9 }),
		"dcgan, at once":   with(simultaneous),
		"dcgan, paired":    with(func(c *model.Config) { c.Loss = "relativistic" }),
		"dcgan, r1 and r2": with(func(c *model.Config) { c.DisNorm, c.R1, c.R2 = model.NoNorm, 1, 2 }),
		"dcgan, spectral":  with(func(c *model.Config) { c.DisNorm, c.DisSteps = model.SpectralNorm, 2 }),
		"dcgan, spectral, r1, at once": with(func(c *model.Config) {
			simultaneous(c)
			c.DisNorm, c.R1 = model.SpectralNorm, 1
		}),
		"dcgan, labels": with(func(c *model.Config) { c.Classes, c.DisDropoutInput, c.DisDropoutHidden = 3, 0.1, 0.2 }),
		"layers, all": func(c *model.Config) {
			c.Arch, c.Height, c.Width, c.Channels, c.Classes, c.R1, c.R2 = model.Layers, 8, 8, 3, 3, 1, 2
			c.GenLayers = "dense 2x2x4, upsample bilinear, residual (conv 4 kernel 1, conv 4 zero), residual (conv 6), upsample, bias, conv 3"
			c.DisLayers = "conv 4, residual (conv 4 kernel 1, conv 4 zero), downsample bilinear, residual (bias, conv 6), downsample, dropout 0.1, conv 4 pad 0 kernel 2, dense 1"
		},
		"layers, stddev": func(c *model.Config) {
			c.Arch, c.Height, c.Width, c.Channels, c.R1, c.R2 = model.Layers, 8, 8, 3, 1, 2
			c.GenLayers = "dense 2x2x3, up 3, up 3"
			c.DisLayers = "down 3, minibatch-stddev, conv 4 spectral-norm, dense 1"
		},
		"dcgan, classifier": with(func(c *model.Config) { classifier(c); c.DisNorm = model.SpectralNorm }),
		"layers, projection and codes": func(c *model.Config) {
			c.Arch, c.Height, c.Width, c.Channels, c.R1 = model.Layers, 8, 8, 3, 1
			c.Classes, c.DisLabels, c.CodeClasses, c.CodeValues = 3, model.ProjectionLabels, 3, 2
			c.GenLayers = "dense 2x2x4, up 4, up 3"
			c.DisLayers = "down 4, residual (conv 4), down 4, conv 1 kernel 2 pad 0"
		},
		"dcgan, ebgan": with(func(c *model.Config) { c.Loss, c.PullAway = "ebgan", 0.1 }),
		"layers, began": func(c *model.Config) {
			c.Arch, c.Height, c.Width, c.Channels, c.Classes, c.R1, c.KRate = model.Layers, 8, 8, 3, 3, 0.5, 1
			c.GenLayers, c.Loss = "dense 4x4x3, up 3", "began"
			c.DisLayers = "dense 8x8x2, down 3, dense 4 linear, dropout 0.1, dense 4x4x3 spectral-norm, up 3"
		},
		"dcgan, tanh":    with(tanhOutput),
		"dcgan, wgan-gp": with(func(c *model.Config) { c.DisNorm, c.Loss = model.NoNorm, "wgan-gp" }),
	}
}

// variants returns changes of a config for each other feature.
func variants() map[string]func(*model.Config) {
	return map[string]func(*model.Config){
		"leaky relu": func(c *model.Config) {
			twoLayers(c)
			c.GenActivation, c.DisActivation = "leaky-relu", "leaky-relu"
		},
		"tanh": func(c *model.Config) {
			twoLayers(c)
			c.GenActivation, c.DisActivation = "tanh", "tanh"
		},
		"tanh output": tanhOutput,
		"tanh output of packed colours with classes, dropout and penalties": func(c *model.Config) {
			dropout(c)
			r1r2(c)
			tanhOutput(c)
			c.Channels, c.Pack, c.Classes = 3, 2, 3
		},
		"maxout": func(c *model.Config) {
			twoLayers(c)
			c.DisActivation, c.MaxoutPieces = "maxout", 3
		},
		"dropout": dropout,
		"dropout of tanh": func(c *model.Config) {
			dropout(c)
			c.DisActivation = "tanh"
		},
		"packed":  func(c *model.Config) { c.Pack = 4 },
		"classes": func(c *model.Config) { c.Classes = 3 },
		"packed classes": func(c *model.Config) {
			c.Pack, c.Classes = 2, 3
		},
		"classes by logits":     func(c *model.Config) { c.Classes, c.DisLabels = 3, model.LogitLabels },
		"classes by projection": func(c *model.Config) { c.Classes, c.DisLabels = 3, model.ProjectionLabels },
		"projection with penalties": func(c *model.Config) {
			r1r2(c)
			c.Classes, c.DisLabels, c.EMA = 3, model.ProjectionLabels, 0.9
		},
		"classifier": classifier,
		"classifier of packs with penalties": func(c *model.Config) {
			classifier(c)
			r1r2(c)
			c.Pack, c.ClassWeight, c.GenClassWeight = 2, 0.5, 2
		},
		"classifier in D alone, R2": func(c *model.Config) {
			classifier(c)
			c.GenClassWeight, c.R2, c.DisDropoutHidden, c.Augment = 0, 0.5, 0.3, []string{"cutout"}
		},
		"codes":            codes,
		"categorical code": func(c *model.Config) { c.CodeClasses = 3 },
		"continuous codes": func(c *model.Config) { c.CodeValues, c.FreshNoise, c.NoiseScale = 2, true, 0.5 },
		"codes and penalties at once": func(c *model.Config) {
			codes(c)
			r1r2(c)
			simultaneous(c)
			c.CodeWeight, c.CodeValueWeight = 0.3, 0.7
		},
		"codes of two steps beside projection": func(c *model.Config) {
			codes(c)
			c.Classes, c.DisLabels, c.DisSteps, c.Loss = 3, model.ProjectionLabels, 2, "hinge"
		},
		"codes and classifier of packs, wgan-gp": func(c *model.Config) {
			codes(c)
			classifier(c)
			c.Loss, c.Pack = "wgan-gp", 2
		},
		"stacked": stacked,
		"colour":  func(c *model.Config) { c.Channels = 3 },
		"r1 and r2 of packed stacks": func(c *model.Config) {
			r1r2(c)
			stacked(c)
			c.Pack = 2
		},
		"augmented": augmented,
		"augmented packs of noisy colours with penalties": func(c *model.Config) {
			augmented(c)
			r1r2(c)
			c.Channels, c.Height, c.Width, c.Pack, c.Classes, c.InstanceNoise = 3, 4, 4, 2, 3, 0.1
		},
		"moved with a penalty on fake images": func(c *model.Config) {
			c.Augment, c.R2, c.Height, c.Width = []string{"translation"}, 2, 4, 9
		},
		"instance noise":        func(c *model.Config) { c.InstanceNoise = 0.25 },
		"fading instance noise": func(c *model.Config) { c.InstanceNoise, c.InstanceNoiseSteps = 0.25, 3 },
		"r1":                    func(c *model.Config) { c.R1 = 0.5 },
		"r2":                    func(c *model.Config) { c.R2 = 0.5 },
		"r1 and r2":             r1r2,
		"r1 of a packed maxout with dropout": func(c *model.Config) {
			dropout(c)
			c.DisActivation, c.MaxoutPieces, c.Pack, c.R1 = "maxout", 2, 2, 3
		},
		"all at once": everythingAtOnce,
		"shards":      shards(2),
		"all at once in shards": func(c *model.Config) {
			everythingAtOnce(c)
			c.BatchSize, c.Shards = 16, 2
		},
		"shards of augmented packs with penalties, two steps": func(c *model.Config) {
			augmented(c)
			r1r2(c)
			c.Pack, c.BatchSize, c.Shards, c.Classes, c.DisSteps, c.InstanceNoise = 2, 32, 4, 3, 2, 0.1
		},
		"shards with codes, simultaneous, R2": func(c *model.Config) {
			codes(c)
			simultaneous(c)
			c.R2, c.BatchSize, c.Shards, c.DisDropoutHidden = 1, 16, 4, 0.3
		},
		"shards, dragan":               func(c *model.Config) { c.Loss, c.Shards = "dragan", 2 },
		"shards, began":                func(c *model.Config) { c.Loss, c.Shards, c.KRate = "began", 2, 1 },
		"shards, ebgan with pull-away": func(c *model.Config) { c.Loss, c.PullAway, c.Shards = "ebgan", 0.3, 2 },
	}
}

func shards(n int) func(*model.Config) { return func(c *model.Config) { c.Shards = n } }

func tanhOutput(c *model.Config) { c.GenOutput = model.TanhOutput }
func classifier(c *model.Config) { c.Classes, c.DisLabels = 3, model.ClassifierLabels }
func codes(c *model.Config)      { c.CodeClasses, c.CodeValues = 3, 2 }

// manyRows returns batches whose gradients have two partial sums: see kernels.GradPartials. The reference
// takes each row once for each weight, so the nets are narrower.
func manyRows() map[string]func(*model.Config) {
	with := func(rows int, f func(*model.Config)) func(*model.Config) {
		return func(c *model.Config) {
			c.NoiseDim, c.Height, c.Width, c.BatchSize = 2, 2, 3, rows
			f(c)
		}
	}
	return map[string]func(*model.Config){
		"rows of two runs":         with(1030, func(c *model.Config) { c.R1 = 0.5 }),
		"rows of two runs, maxout": with(520, func(c *model.Config) { c.DisActivation, c.MaxoutPieces = "maxout", 2 }),
		"rows of two runs, tanh":   with(1030, func(c *model.Config) { c.GenActivation, c.DisActivation = "tanh", "tanh" }),
	}
}

// long skips a test of the CPU in short mode, in which the race detector runs: no work in it is shared that
// other tests do not share.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() && deviceName() == "cpu" {
		t.Skip("starts nothing that other tests do not start under the race detector")
	}
}

func dropout(c *model.Config) {
	twoLayers(c)
	c.DisDropoutInput, c.DisDropoutHidden = 0.2, 0.5
}

func stacked(c *model.Config) { c.Stack, c.Channels = 3, 3 }

func augmented(c *model.Config) { c.Augment = []string{"cutout", "translation", "colour"} }

func r1r2(c *model.Config) { c.R1, c.R2 = 0.5, 2 }

func everythingAtOnce(c *model.Config) {
	dropout(c)
	c.Loss, c.GPWeight, c.R2 = "wgan-gp", 2, 0.5
	c.GenActivation, c.DisActivation, c.MaxoutPieces = "leaky-relu", "maxout", 2
	c.Pack, c.Classes, c.InstanceNoise, c.InstanceNoiseSteps = 2, 3, 0.2, 5
	c.EMA, c.DisLearningRate, c.DisBeta1, c.LearningRateDecay = 0.9, 2e-3, 0, 0.9
}

// deviceName names the device of the tests: the CPU, or the one that the environment names.
func deviceName() string { return cmp.Or(os.Getenv("GORGAN_TEST_DEVICE"), "cpu") }

// device returns the device of the tests.
func device(t testing.TB) kernels.Device {
	t.Helper()
	return opened(t, deviceName(), devices.Options{Workers: 2})
}

// onCPU skips a test that uses the CPU alone, where the tests are of another device.
func onCPU(t *testing.T) {
	t.Helper()
	if deviceName() != "cpu" {
		t.Skip("uses the CPU alone")
	}
}

func cpu(t testing.TB, workers int) kernels.Device {
	t.Helper()
	return opened(t, "cpu", devices.Options{Workers: workers})
}

func opened(t testing.TB, name string, o devices.Options) kernels.Device {
	t.Helper()
	dev, _, err := devices.Open(name, o)
	must(t, err)
	t.Cleanup(func() { must(t, dev.Close()) })
	return dev
}

// noiseSet returns a set of noise for n images of c, stacked or not, with labels if c has classes. 21 is not a
// multiple of the batch size.
func noiseSet(t testing.TB, n int, c model.Config) *dataset.Set {
	t.Helper()
	pixels := make([]byte, n*c.Values())
	r := rand.New(rand.NewPCG(1, 2))
	for i := range pixels {
		pixels[i] = byte(r.Uint32())
	}
	var labels []int
	if c.Classes > 0 {
		for range n {
			labels = append(labels, r.IntN(c.Classes))
		}
	}
	shape := c.Shape()
	if c.Stack > 1 {
		shape.Channels = 1
	}
	s, err := dataset.FromPixels("noise", shape, pixels, labels)
	must(t, err)
	return s
}

// dataOf returns a set in memory as the reference takes it.
func dataOf(set *dataset.Set) dataSet {
	d := dataSet{pixels: set.Bytes()}
	for i := range set.Len() {
		d.labels = append(d.labels, set.Label(i))
	}
	return d
}

func newTrainer(t testing.TB, dev kernels.Device, c model.Config, set *dataset.Set) *model.Trainer {
	t.Helper()
	trainer, err := model.NewTrainer(dev, c, set)
	must(t, err)
	return trainer
}

// trainerOf returns a trainer with two workers and 21 images, or a batch if that is more.
func trainerOf(t testing.TB, c model.Config) *model.Trainer {
	t.Helper()
	return newTrainer(t, device(t), c, noiseSet(t, max(21, c.BatchSize), c))
}

// newProbe returns a game of c with batches of noise and with biases that are not 0.
func newProbe(t reporter, dev kernels.Device, c model.Config) *model.Probe {
	t.Helper()
	p, err := model.NewProbe(dev, c)
	must(t, err)
	r := rand.New(rand.NewPCG(3, 4))
	for range c.DisSteps {
		x, labels := make([]float32, c.BatchSize*c.Values()), make([]uint32, c.BatchSize)
		for i := range x {
			x[i] = r.Float32()
		}
		for i := range labels {
			labels[i] = uint32(r.IntN(max(c.Classes, 1)))
		}
		p.Batches, p.Labels = append(p.Batches, x), append(p.Labels, labels)
	}
	tensors, err := p.Tensors()
	must(t, err)
	weights := map[string][]float32{}
	for _, w := range tensors {
		if strings.HasSuffix(w.Name, "bias") {
			for i := range w.Values {
				w.Values[i] = float32(0.1 * r.NormFloat64())
			}
		}
		if w.Name == "began.k" { // it begins at 0
			w.Values[0] = 0.6
		}
		weights[w.Name] = w.Values
	}
	must(t, p.SetWeights(weights))
	return p
}

// run trains with a context that never ends. Run must stop itself all that it starts.
func run(t testing.TB, trainer *model.Trainer, p model.RunOptions) {
	t.Helper()
	must(t, trainer.Run(context.Background(), p))
}

func stateOf(t testing.TB, trainer *model.Trainer) *model.State {
	t.Helper()
	s, err := trainer.State()
	must(t, err)
	return s
}

// reporter gets failures. It is a test or a tested property.
type reporter interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

func must(t reporter, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// differs describes the first value of got that is further than abs + rel·|want| from want.
func differs(t reporter, what string, got []float32, want []float64, abs, rel float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Errorf("%s: got %d values, want %d", what, len(got), len(want))
		return
	}
	for i, w := range want {
		// In this form, a NaN is a difference.
		if d := math.Abs(float64(got[i]) - w); !(d <= abs+rel*math.Abs(w)) {
			t.Errorf("%s: value %d is %.9g, want %.9g", what, i, got[i], w)
			return
		}
	}
}

func wide(values []float32) []float64 {
	w := make([]float64, len(values))
	for i, v := range values {
		w[i] = float64(v)
	}
	return w
}

func contains(t reporter, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q in it", err, want)
	}
}
