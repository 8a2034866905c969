package model_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/kernels"
	"gorgan/model"
)

// TestNoise pins the noise of a numbered sample for ever: "same seed, same image".
func TestNoise(t *testing.T) {
	z := model.Noise([]uint64{0, 1, 2, 3}, 100)
	b, err := binary.Append(nil, binary.LittleEndian, z)
	must(t, err)
	// TensorFlow's Philox gives the same.
	const want = "fd06dea50c115e96a90812b84cc8c07cab4a36c36315ea5ad0c0f29a6100bd99"
	if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	// By the words of the generator, as package kernels documents them.
	const seed = 1<<40 + 5
	got := model.Noise([]uint64{9, seed}, 6)[6:]
	for i, v := range got {
		word := kernels.Philox4x32([4]uint32{uint32(i / 4), 4 << 16, 0, 0}, [2]uint32{5, 1 << 8})[i%4]
		if want := float32(word>>8)/(1<<23) - 1; v != want {
			t.Errorf("value %d of seed %d is %v, want %v", i, uint64(seed), v, want)
		}
	}
}

// TestImageAlone: an image depends on its own noise, not on what is drawn with it.
func TestImageAlone(t *testing.T) {
	s := trained(t, large)
	g, err := model.NewGenerator(device(t), s)
	must(t, err)
	draw := func(seeds ...uint64) []float32 {
		x, err := g.Draw(model.Noise(seeds, s.Config.NoiseDim))
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
	n := s.Config.Pixels()
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

// TestDraw holds drawn images against the reference, and a checkpoint's generator
// against the trainer it is of.
func TestDraw(t *testing.T) {
	c := small(twoLayers)
	trainer := trainerOf(t, c)
	run(t, trainer, model.Plan{Steps: 3})
	s := stateOf(t, trainer)
	z := model.Noise([]uint64{3, 1, 4}, c.NoiseDim)
	got, err := trainer.Draw(z)
	must(t, err)
	differs(t, "images", got, newReference(s).drawAll(wide(z)), 1e-6, 1e-5)

	g, err := model.NewGenerator(device(t), s)
	must(t, err)
	again, err := g.Draw(z)
	must(t, err)
	if d := cmp.Diff(again, got); d != "" {
		t.Error(d)
	}
	if d := g.Config.Differences(c); d != nil {
		t.Error(d)
	}
	// Drawing leaves the run as it is.
	run(t, trainer, model.Plan{Steps: 6})
	whole := trainerOf(t, c)
	run(t, whole, model.Plan{Steps: 6})
	equal(t, stateOf(t, trainer), stateOf(t, whole))
}

func TestDrawErrors(t *testing.T) {
	s := trained(t)
	g, err := model.NewGenerator(device(t), s)
	must(t, err)
	_, err = g.Draw(make([]float32, 11))
	contains(t, err, "noise of 11 values, want a multiple of the noise dim, 5")
	s.Tensors = s.Tensors[:1]
	_, err = model.NewGenerator(device(t), s)
	contains(t, err, "tensor generator.0.weight is missing")
}

func TestPixels(t *testing.T) {
	got := model.Pixels([]float32{0, 1, 0.5, 0.4 / 255, 0.6 / 255, 254.4 / 255})
	if d := cmp.Diff(got, []byte{0, 255, 128, 0, 1, 254}); d != "" {
		t.Error(d)
	}
}
