package evaluate

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels"
)

func TestRecipeFor(t *testing.T) {
	for name, c := range map[string]struct {
		set     *dataset.Set
		share   float64
		hidden  []int
		epochs  int
		task    Task
		frechet int
	}{
		"labels":            {toySet(t, 12800, 1), 0.1, []int{512, 128}, 20, ByLabel, 640},
		"few labelled":      {toySet(t, 3800, 1), 0.1, []int{512, 32}, 20, ByLabel, 160},
		"many labelled":     {numbered(t, 65000, 6500), 0.0053, []int{512, 32}, 18, ByLabel, 160},
		"no labels":         {slopes(t, 6400, raster.Grey(toySize), 1), 0.1, []int{512, 64}, 22, Rotation, 320},
		"few":               {slopes(t, 300, raster.Grey(toySize), 1), 0.1, []int{512, 32}, 100, Rotation, 160},
		"one to a label":    {numbered(t, 6400, 1), 0.1, []int{512, 64}, 22, Mirroring, 320},
		"many, half of 320": {numbered(t, 60000, 0), 0.0053, []int{512, 32}, 2, Mirroring, 160},
		"32x32 in colour":   {slopes(t, 20, colour(32, 32), 1), 0.1, []int{256, 32}, 100, RotationAndChannels, 160},
		"64x64 in colour":   {slopes(t, 20, colour(64, 64), 1), 0.1, []int{128, 32}, 100, RotationAndChannels, 160},
		"large":             {slopes(t, 4, colour(512, 900), 1), 0.1, []int{16, 32}, 100, MirroringAndChannels, 160},
	} {
		train, held, err := Holdout(c.set, c.share, 0)
		must(t, err)
		r, err := NewReference(train, held)
		must(t, err)
		got := RecipeFor(r)
		if !slices.Equal(got.Hidden, c.hidden) || got.Epochs != c.epochs || got.Task != c.task || got.FrechetImages() != c.frechet {
			t.Errorf("%s: %+v with %d images for a Fréchet distance, want hidden layers %v, %d epochs, task %q and %d images",
				name, got, got.FrechetImages(), c.hidden, c.epochs, c.task, c.frechet)
		}
	}
	train, test := mnistSets(t)
	r, err := NewReference(train, test)
	must(t, err)
	want := DefaultRecipe()
	want.Centred = true
	if diff := cmp.Diff(want, RecipeFor(r)); diff != "" {
		t.Errorf("for MNIST: %s", diff)
	}
}

// TestCentred: dark marks on white, at a place that the label tells, are learned without the mean and
// not with it. The net takes images as they are.
func TestCentred(t *testing.T) {
	shape := colour(24, 24)
	of := func(n int, seed uint64) *dataset.Set {
		pixels, labels := slices.Repeat([]byte{255}, n*shape.Values()), make([]int, n)
		for i := range n {
			w := kernels.Philox4x32([4]uint32{uint32(i)}, kernels.Key(seed))
			labels[i] = int(w[0] % 4)
			at := i*shape.Values() + 3*(24*(4*labels[i]+int(w[1]%4))+int(w[2]%20))
			copy(pixels[at:at+12], make([]byte, 12))
		}
		set, err := dataset.FromPixels("marks", shape, pixels, labels)
		must(t, err)
		return set
	}
	train, test := Whole("train", of(400, 1)), Whole("test", of(300, 2))
	recipe := Recipe{Hidden: []int{64, 16}, Epochs: 30, BatchSize: 64, LearningRate: 1e-2, Seed: 3}
	for _, centred := range []bool{true, false} {
		dev := cpu(t, 2)
		recipe.Centred = centred
		c, err := TrainClassifier(context.Background(), dev, train, recipe, nil)
		must(t, err)
		accuracy, err := c.Accuracy(context.Background(), dev, test)
		must(t, err)
		if learned := accuracy > 0.9; learned != centred {
			t.Errorf("centred %v: %v of the labels right", centred, accuracy)
		}
	}
}
