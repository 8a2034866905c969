package project

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func device(t *testing.T, workers int) kernels.Device {
	t.Helper()
	dev := cpu.New(workers)
	t.Cleanup(func() { must(t, dev.Close()) })
	return dev
}

// small is a model of random weights, which have been spread so that noise makes a difference.
func small(t *testing.T, change func(*model.Config)) *model.State {
	t.Helper()
	c := model.Default()
	c.NoiseDim, c.GenHidden, c.DisHidden, c.Height, c.Width, c.BatchSize = 4, []int{24}, []int{8}, 6, 5, 4
	if change != nil {
		change(&c)
	}
	labels := []int{0, 1, 2, 0}
	pixels := make([]byte, len(labels)*c.Values())
	for i := range pixels {
		pixels[i] = byte(i * 37)
	}
	set, err := dataset.FromPixels("toy", raster.Shape{Size: raster.Size{Height: c.Height, Width: c.Width}, Channels: c.Channels}, pixels, labels)
	must(t, err)
	trainer, err := model.NewTrainer(device(t, 1), c, set)
	must(t, err)
	state, err := trainer.State()
	must(t, err)
	for _, tensor := range state.Tensors {
		for i := range tensor.Values {
			tensor.Values[i] *= 2
		}
	}
	return state
}

func projector(t *testing.T, workers int, state *model.State, o Options) *Projector {
	t.Helper()
	dev := device(t, workers)
	gen, err := model.NewGenerator(dev, state, false)
	must(t, err)
	p, err := New(dev, gen, o)
	must(t, err)
	return p
}

// quick are options for small models.
func quick() Options { return Options{Candidates: 64, Starts: 4, Steps: 400, Rate: 0.1} }

// images returns the images of seeds, with the classes in turn.
func images(t *testing.T, p *Projector, seeds ...uint64) []float32 {
	t.Helper()
	var labels []uint32
	for _, s := range seeds {
		if n := p.gen.Config.Classes; n > 0 {
			labels = append(labels, uint32(s%uint64(n)))
		}
	}
	made, err := p.gen.Sample(p.gen.Config.Noise(seeds), labels)
	must(t, err)
	return made
}

func dcgan(c *model.Config, norm string) {
	c.Arch, c.NetWidth, c.DisNorm, c.Height, c.Width = model.DCGAN, 3, norm, 8, 8
}

// variants are generators of each kind.
func variants() map[string]func(*model.Config) {
	return map[string]func(*model.Config){
		"relu":                nil,
		"leaky relu":          func(c *model.Config) { c.GenActivation, c.GenHidden = "leaky-relu", []int{16, 20} },
		"tanh":                func(c *model.Config) { c.GenActivation = "tanh" },
		"classes":             func(c *model.Config) { c.Classes = 3 },
		"colours":             func(c *model.Config) { c.Channels = raster.RGB },
		"wide noise":          func(c *model.Config) { c.NoiseScale = 1.5 },
		"average":             func(c *model.Config) { c.EMA = 0.9 },
		"dcgan":               func(c *model.Config) { dcgan(c, model.BatchNorm) },
		"dcgan, no norm in D": func(c *model.Config) { dcgan(c, model.NoNorm) },
	}
}

// TestFound: an image that the generator made from known noise is found again, and so is its noise, if
// another noise of its class makes no such image. The noise that is found makes the image that is said.
func TestFound(t *testing.T) {
	for name, change := range variants() {
		t.Run(name, func(t *testing.T) {
			p := projector(t, 2, small(t, change), quick())
			c := p.gen.Config
			seeds := []uint64{1000, 1001, 1002, 1003, 1004} // no candidates
			targets, noise := images(t, p, seeds...), p.gen.Config.Noise(seeds)
			found, err := p.Project(t.Context(), targets, nil)
			must(t, err)
			for i, f := range found {
				target := targets[i*c.Values():][:c.Values()]
				if f.Distance > 1e-3 {
					t.Errorf("image %d: the distance is %v", i, f.Distance)
				}
				if f.Distance > f.Nearest/10 {
					t.Errorf("image %d: the nearest candidate was at %v, and the descent came to %v", i, f.Nearest, f.Distance)
				}
				if c.Classes > 0 && f.Class != int(seeds[i]%uint64(c.Classes)) || c.Classes == 0 && f.Class != -1 {
					t.Errorf("image %d: class %d", i, f.Class)
				}
				for k, z := range f.Noise {
					if math.Abs(float64(z-noise[i*c.NoiseDim+k])) > 0.05 {
						t.Errorf("image %d: noise %v, want %v", i, f.Noise, noise[i*c.NoiseDim:][:c.NoiseDim])
						break
					}
				}
				var labels []uint32
				if f.Class >= 0 {
					labels = []uint32{uint32(f.Class)}
				}
				again, err := p.gen.Sample(f.Noise, labels)
				must(t, err)
				sum := 0.0
				for k, v := range again {
					sum += (float64(v) - float64(target[k])) * (float64(v) - float64(target[k]))
				}
				if !slices.Equal(again, f.Image) || math.Abs(math.Sqrt(sum/float64(c.Values()))-f.Distance) > 1e-12 {
					t.Errorf("image %d: its noise makes another image", i)
				}
			}
		})
	}
}

// forward is the generator in float64, as docs/losses.md describes it: the oracle of the gradient.
func forward(s *model.State, z []float64, class int) []float64 {
	c := s.Config
	tensors := map[string][]float32{}
	for _, t := range s.Tensors {
		tensors[t.Name] = t.Values
	}
	x := z
	for layer := range len(c.GenHidden) + 1 {
		bias := tensors[fmt.Sprintf("generator.%d.bias", layer)]
		weight := tensors[fmt.Sprintf("generator.%d.weight", layer)]
		y := make([]float64, len(bias))
		for j := range y {
			y[j] = float64(bias[j])
			for i, v := range x {
				y[j] += v * float64(weight[i*len(y)+j])
			}
			if layer == 0 && c.Classes > 0 {
				y[j] += float64(tensors["generator.class.weight"][class*len(y)+j])
			}
			switch {
			case layer == len(c.GenHidden):
				y[j] = 1 / (1 + math.Exp(-y[j]))
			case c.GenActivation == "tanh":
				y[j] = math.Tanh(y[j])
			case y[j] < 0 && c.GenActivation == "relu":
				y[j] = 0
			case y[j] < 0:
				y[j] *= c.LeakySlope
			}
		}
		x = y
	}
	return x
}

// TestGradient: the gradient of a step is the derivative of the squared distance, computed in float64 by
// differences.
func TestGradient(t *testing.T) {
	for name, change := range variants() {
		if name == "average" || strings.HasPrefix(name, "dcgan") {
			continue // forward knows neither the names of an average's weights nor convolutions
		}
		t.Run(name, func(t *testing.T) {
			state := small(t, change)
			p := projector(t, 2, state, quick())
			c := p.gen.Config
			seeds := []uint64{2000, 2001, 2002}
			targets := images(t, p, 7, 8, 9)
			var labels []uint32
			for _, s := range seeds {
				if c.Classes > 0 {
					labels = append(labels, uint32(s%3))
				}
			}
			noise := c.Noise(seeds)
			must(t, p.descent.begin(noise, targets, labels))
			must(t, p.descent.step.Run())
			got := make([]float32, rows*c.NoiseDim)
			must(t, p.descent.dev.Download(got, p.descent.noise.Tensors[0].Grad))
			for i := range seeds {
				class := 0
				if c.Classes > 0 {
					class = int(labels[i])
				}
				distance := func(k int, by float64) (sum float64) {
					z := make([]float64, c.NoiseDim)
					for j := range z {
						z[j] = float64(noise[i*c.NoiseDim+j])
					}
					z[k] += by
					for j, v := range forward(state, z, class) {
						d := v - float64(targets[i*c.Values()+j])
						sum += d * d
					}
					return sum
				}
				for k := range c.NoiseDim {
					const h = 1e-6
					want := (distance(k, h) - distance(k, -h)) / (2 * h)
					if g := float64(got[i*c.NoiseDim+k]); math.Abs(g-want) > 1e-4*(1+math.Abs(want)) {
						t.Errorf("row %d, noise %d: the gradient is %v, want %v", i, k, g, want)
					}
				}
			}
		})
	}
}

// TestRepeats: an image has the same projection to the last bit with any number of workers, alone or among
// many, and again.
func TestRepeats(t *testing.T) {
	state := small(t, func(c *model.Config) { c.Classes = 3 })
	o := quick()
	o.Steps = 30
	many := make([]uint64, 40)
	for i := range many {
		many[i] = 5000 + uint64(i)
	}
	p := projector(t, 1, state, o)
	targets := images(t, p, many...)
	for i := range targets { // that no generator made
		targets[i] = 1 - targets[i]
	}
	all, err := p.Project(t.Context(), targets, nil)
	must(t, err)
	same := func(what string, got, want []Found) {
		t.Helper()
		for i, f := range got {
			if w := want[i]; !slices.Equal(f.Noise, w.Noise) || f.Distance != w.Distance || f.Class != w.Class || f.Seed != w.Seed || f.Nearest != w.Nearest {
				t.Errorf("%s: image %d is %+v, want %+v", what, i, f, w)
			}
		}
	}
	again, err := p.Project(t.Context(), targets, nil)
	must(t, err)
	same("again", again, all)
	other := projector(t, 3, state, o)
	got, err := other.Project(t.Context(), targets, nil)
	must(t, err)
	same("three workers", got, all)
	got, err = other.Project(t.Context(), targets[17*p.gen.Config.Values():][:p.gen.Config.Values()], nil)
	must(t, err)
	same("alone", got, all[17:])
}

// TestStarts: the starts of an image are the nearest candidates, as a sort of all finds them, and those of
// a choice of classes have these classes.
func TestStarts(t *testing.T) {
	state := small(t, func(c *model.Config) { c.Classes = 3 })
	o := quick()
	o.Candidates, o.Classes = 1500, []uint64{2, 0} // more than one piece of images
	p := projector(t, 2, state, o)
	c := p.gen.Config
	targets := images(t, p, 9000, 9001)
	got, err := p.starts(t.Context(), targets)
	must(t, err)
	seeds, labels := make([]uint64, o.Candidates), make([]uint32, o.Candidates)
	for i := range seeds {
		seeds[i], labels[i] = uint64(i), uint32(o.Classes[i%2])
	}
	made, err := p.gen.Sample(c.Noise(seeds), labels)
	must(t, err)
	for image := range 2 {
		far := func(seed uint64) (sum float64) {
			for k := range c.Values() {
				d := float64(made[int(seed)*c.Values()+k]) - float64(targets[image*c.Values()+k])
				sum += d * d
			}
			return sum
		}
		slices.SortStableFunc(seeds, func(a, b uint64) int {
			switch d := far(a) - far(b); {
			case d < 0 || d == 0 && a < b:
				return -1
			case d > 0 || a > b:
				return 1
			}
			return 0
		})
		for k, s := range got[image*o.Starts:][:o.Starts] {
			if s.seed != seeds[k] || s.image != image || s.squared != far(seeds[k]) && math.Abs(s.squared-far(seeds[k])) > 1e-9 {
				t.Errorf("start %d of image %d is %+v, want seed %d at %v", k, image, s, seeds[k], far(seeds[k]))
			}
		}
	}
	found, err := p.Project(t.Context(), targets, nil)
	must(t, err)
	if found[0].Class == 1 || found[1].Class == 1 {
		t.Error("a class was chosen that may not be")
	}
}

// TestNoiseStays: the noise stays in the range of the generator's, if that of the image lies beyond it.
func TestNoiseStays(t *testing.T) {
	for _, scale := range []float64{0.5, 2} {
		p := projector(t, 2, small(t, func(c *model.Config) { c.NoiseScale = scale }), quick())
		noise := p.gen.Config.Noise([]uint64{3000})
		for i := range noise {
			noise[i] *= 4
		}
		beyond, err := p.gen.Sample(noise, nil)
		must(t, err)
		found, err := p.Project(t.Context(), beyond, nil)
		must(t, err)
		largest := 0.0
		for _, z := range found[0].Noise {
			largest = max(largest, math.Abs(float64(z)))
		}
		if largest != scale {
			t.Errorf("noise scale %v: the largest noise is %v, want the bound", scale, largest)
		}
		if found[0].Distance > found[0].Nearest {
			t.Error("the descent made it worse")
		}
	}
}

// TestProgress: progress counts all descents, and a cancelled context ends them.
func TestProgress(t *testing.T) {
	o := quick()
	o.Steps = 2
	p := projector(t, 1, small(t, nil), o)
	targets := images(t, p, make([]uint64, 40)...)
	var said []string
	_, err := p.Project(t.Context(), targets, func(done, total int) { said = append(said, fmt.Sprint(done, "/", total)) })
	must(t, err)
	if want := []string{"64/160", "128/160", "160/160"}; !slices.Equal(said, want) {
		t.Errorf("progress %v, want %v", said, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = p.Project(ctx, targets, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled projection: %v", err)
	}
}

// TestRefused: what does not fit is an error.
func TestRefused(t *testing.T) {
	state := small(t, func(c *model.Config) { c.Classes = 3 })
	for name, change := range map[string]func(*Options){
		"no candidates": func(o *Options) { o.Candidates = 0 }, "no starts": func(o *Options) { o.Starts = 0 },
		"too many starts": func(o *Options) { o.Starts = o.Candidates + 1 }, "no steps": func(o *Options) { o.Steps = 0 },
		"no rate": func(o *Options) { o.Rate = 0 }, "NaN": func(o *Options) { o.Rate = math.NaN() }, "class 3": func(o *Options) { o.Classes = []uint64{3} },
	} {
		dev := device(t, 1)
		gen, err := model.NewGenerator(dev, state, false)
		must(t, err)
		o := quick()
		change(&o)
		if _, err := New(dev, gen, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p := projector(t, 1, state, quick())
	for name, images := range map[string][]float32{"none": nil, "a part": make([]float32, 31), "above 1": append(make([]float32, 29), 1.5), "NaN": append(make([]float32, 29), float32(math.NaN()))} {
		if _, err := p.Project(t.Context(), images, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestCodesStay: a descent moves the noise, and leaves the codes as those of its start.
func TestCodesStay(t *testing.T) {
	state := small(t, func(c *model.Config) { c.CodeClasses, c.CodeValues, c.NoiseScale = 3, 1, 0.5 })
	c := state.Config
	p := projector(t, 2, state, quick())
	found, err := p.Project(context.Background(), images(t, p, 1000, 1001), nil)
	must(t, err)
	for i, f := range found {
		codes := f.Noise[c.NoiseDim:]
		ofStart := false
		for seed := range uint64(quick().Candidates) {
			ofStart = ofStart || slices.Equal(codes, c.Noise([]uint64{seed})[c.NoiseDim:])
		}
		if len(f.Noise) != c.InputDim() || !ofStart {
			t.Errorf("image %d: the codes %v are of no candidate", i, codes)
		}
		made, err := p.gen.Sample(f.Noise, nil)
		must(t, err)
		if !slices.Equal(made, f.Image) || f.Distance >= f.Nearest {
			t.Errorf("image %d: at %v, the nearest candidate at %v", i, f.Distance, f.Nearest)
		}
	}
}
