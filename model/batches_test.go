package model_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/kernels"
	"gorgan/model"
)

// TestBatches: an image of a batch is Stack successive ones of the shuffled set, pixel by pixel its
// channels in that order, whether the set is in memory or not; a later step and a later
// batch of a step go on where the one before ended, from one epoch into the next.
func TestBatches(t *testing.T) {
	for _, stack := range []int{1, 3} {
		c := small(disSteps(2), func(c *model.Config) { c.Stack, c.Channels, c.BatchSize, c.Width = stack, stack, 4, 3 })
		set := numberedSet(t, 25, c) // 25 is a multiple of neither
		for where, set := range map[string]*dataset.Set{"resident": set, "streamed": streamedSet(t, set)} {
			t.Run(fmt.Sprintf("%d, %s", stack, where), func(t *testing.T) {
				position := uint64(0)
				eachBatch(t, c, set, 9, func(x []float32) {
					want := make([]float32, c.BatchSize*12*stack)
					for i := range c.BatchSize * stack {
						image := make([]byte, 12)
						must(t, set.Read(image, int(kernels.Image(position, 25, kernels.Key(c.Seed)))))
						for j, p := range image {
							want[(i/stack*12+j)*stack+i%stack] = float32(p) / 255
						}
						position++
					}
					if !slices.Equal(x, want) {
						t.Errorf("the batch that ends before position %d is\n%v, want\n%v", position, x, want)
					}
				})
			})
		}
	}
}

// TestEpochs: an epoch of stacked images has each image of the set once, and stacks them
// otherwise than the one before.
func TestEpochs(t *testing.T) {
	const images, epochs = 36, 4
	c := small(func(c *model.Config) { c.Stack, c.Channels, c.BatchSize = 3, 3, 4 })
	var order []int
	eachBatch(t, c, numberedSet(t, images, c), epochs*images/12, func(x []float32) {
		for i := 0; i < len(x); i += c.Values() {
			for _, first := range x[i:][:c.Stack] {
				order = append(order, int(255*first+0.5))
			}
		}
	})
	stacks := map[[3]int]bool{}
	for epoch := range slices.Chunk(order, images) {
		for i := 0; i < images; i += 3 {
			stacks[[3]int(epoch[i:])] = true
		}
		slices.Sort(epoch)
		for i, image := range epoch {
			if image != i {
				t.Fatalf("the images of an epoch are %v", epoch)
			}
		}
	}
	if len(stacks) != epochs*images/3 {
		t.Errorf("%d different stacks in %d epochs, want %d", len(stacks), epochs, epochs*images/3)
	}
}

// numberedSet is n images whose first pixels are their numbers.
func numberedSet(t *testing.T, n int, c model.Config) *dataset.Set {
	t.Helper()
	pixels := slices.Clone(noiseSet(t, n, c).Bytes()[:n*c.Height*c.Width])
	for i := range n {
		pixels[i*c.Height*c.Width] = byte(i)
	}
	set, err := dataset.FromPixels("numbered", raster.Grey(raster.Size{Height: c.Height, Width: c.Width}), pixels, nil)
	must(t, err)
	return set
}

// eachBatch trains for so many steps and shows f their batches.
func eachBatch(t *testing.T, c model.Config, set *dataset.Set, steps uint32, f func(x []float32)) {
	t.Helper()
	trainer := newTrainer(t, device(t), c, set)
	run(t, trainer, model.RunOptions{Steps: steps, DisplayEvery: 1, Display: func(model.Metrics) error {
		for nth := range c.DisSteps {
			x, err := trainer.Batch(nth)
			if err != nil {
				return err
			}
			f(x)
		}
		return nil
	}})
}
