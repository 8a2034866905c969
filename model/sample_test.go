package model_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/kernels"
	"gorgan/model"
)

// TestNoise pins the noise of a numbered sample for ever: "same seed, same image".
func TestNoise(t *testing.T) {
	z := model.Default().Noise([]uint64{0, 1, 2, 3})
	b, err := binary.Append(nil, binary.LittleEndian, z)
	must(t, err)
	// TensorFlow's Philox gives the same.
	const want = "fd06dea50c115e96a90812b84cc8c07cab4a36c36315ea5ad0c0f29a6100bd99"
	if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	// By the words of the generator, as package kernels documents them.
	const seed = 1<<40 + 5
	c := model.Config{NoiseDim: 6, NoiseScale: 0.5}
	got := c.Noise([]uint64{9, seed})[6:]
	for i, v := range got {
		word := kernels.Philox4x32([4]uint32{uint32(i / 4), 4 << 16, 0, 0}, [2]uint32{5, 1 << 8})[i%4]
		if want := (float32(word>>8)/(1<<23) - 1) / 2; v != want {
			t.Errorf("value %d of seed %d is %v, want %v", i, uint64(seed), v, want)
		}
	}
}

// TestImageAlone: an image depends on its own noise and label, not on the images made with it.
func TestImageAlone(t *testing.T) {
	s := trained(t, large, func(c *model.Config) { c.Classes = 4 })
	g, err := model.NewGenerator(device(t), s, false)
	must(t, err)
	draw := func(seeds ...uint64) []float32 {
		x, err := g.Sample(s.Config.Noise(seeds), s.Config.Labels(seeds))
		must(t, err)
		return x
	}
	var up []uint64
	for i := range uint64(100) {
		up = append(up, i)
	}
	down := slices.Clone(up)
	slices.Reverse(down)
	all, turned := draw(up...), draw(down...)
	n := s.Config.Values()
	if len(all) != 100*n {
		t.Fatalf("got %d values, want %d", len(all), 100*n)
	}
	for i := range 100 {
		alone := draw(uint64(i))
		if !slices.Equal(all[i*n:][:n], alone) || !slices.Equal(turned[(99-i)*n:][:n], alone) {
			t.Errorf("image %d depends on the others", i)
		}
		if i > 0 && slices.Equal(alone, all[:n]) {
			t.Errorf("images 0 and %d are the same", i)
		}
	}
	if x := draw(); len(x) != 0 {
		t.Errorf("no noise gives %d values", len(x))
	}
}

// TestSample compares fake images against the reference, and a checkpoint's generator
// against the trainer it is of: with the average of the weights where there is one, and
// with labels where there are classes.
func TestSample(t *testing.T) {
	for name, f := range map[string]func(*model.Config){
		"plain": func(*model.Config) {}, "average": func(c *model.Config) { c.EMA = 0.5 },
		"classes": func(c *model.Config) { c.Classes, c.Pack = 3, 2 }, "stacked": stacked,
	} {
		t.Run(name, func(t *testing.T) {
			c := small(twoLayers, f)
			trainer := trainerOf(t, c)
			run(t, trainer, model.RunOptions{Steps: 3})
			s := stateOf(t, trainer)
			seeds := []uint64{3, 1, 4}
			z, labels := c.Noise(seeds), c.Labels(seeds)
			got, err := trainer.Sample(z, labels)
			must(t, err)
			raw := newReference(s)
			averaged := newReference(s)
			for _, w := range s.Tensors {
				if name, ok := strings.CutPrefix(w.Name, "ema."); ok {
					averaged.values[name] = onAxis(wide(w.Values))
				}
			}
			differs(t, "images", got, parts(averaged.generate(wide(z), labels)), 1e-6, 1e-5)

			for _, last := range []bool{false, true} {
				g, err := model.NewGenerator(device(t), s, last)
				must(t, err)
				again, err := g.Sample(z, labels)
				must(t, err)
				want := averaged
				if last {
					want = raw
				}
				differs(t, "images of a checkpoint", again, parts(want.generate(wide(z), labels)), 1e-6, 1e-5)
				if same := slices.Equal(again, got); same != (c.EMA == 0 || !last) {
					t.Errorf("the trainer's images and the checkpoint's, of the last weights: %v, are the same: %v", last, same)
				}
				if d := g.Config.Differences(c); d != nil {
					t.Error(d)
				}
			}
			// Sampling leaves the run as it is.
			run(t, trainer, model.RunOptions{Steps: 6})
			whole := trainerOf(t, c)
			run(t, whole, model.RunOptions{Steps: 6})
			equal(t, stateOf(t, trainer), stateOf(t, whole))
		})
	}
}

func TestDrawErrors(t *testing.T) {
	s := trained(t)
	g, err := model.NewGenerator(device(t), s, false)
	must(t, err)
	_, err = g.Sample(make([]float32, 11), nil)
	contains(t, err, "noise of 11 values, want a multiple of the noise dim, 5")
	_, err = g.Sample(make([]float32, 5), []uint32{0})
	contains(t, err, "1 labels, want none: the generator was trained without classes")
	s.Tensors = s.Tensors[:1]
	_, err = model.NewGenerator(device(t), s, false)
	contains(t, err, "tensor generator.0.weight is missing")

	g, err = model.NewGenerator(device(t), trained(t, func(c *model.Config) { c.Classes = 3 }), false)
	must(t, err)
	_, err = g.Sample(make([]float32, 10), []uint32{0})
	contains(t, err, "1 labels for 2 images, want one each")
	_, err = g.Sample(make([]float32, 10), []uint32{0, 3})
	contains(t, err, "label 3, want 0 to 2, the generator's classes")
}

func TestQuantize(t *testing.T) {
	got := model.Quantize([]float32{0, 1, 0.5, 0.4 / 255, 0.6 / 255, 254.4 / 255})
	if d := cmp.Diff(got, []byte{0, 255, 128, 0, 1, 254}); d != "" {
		t.Error(d)
	}
}
