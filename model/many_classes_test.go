package model_test

import (
	"fmt"
	"slices"
	"testing"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/model"
)

// TestManyClasses: with 1000 classes a step changes the weights of the classes in its batch, and no
// others, whether the set is in memory or not; and each class has images of its own.
func TestManyClasses(t *testing.T) {
	const classes, size = 1000, 40
	for _, pack := range []int{1, 2} {
		c := small(func(c *model.Config) { c.Classes, c.Pack, c.BatchSize = classes, pack, 16 })
		labels := make([]int, size)
		for i := range labels {
			labels[i] = (i*997 + 300) % classes
		}
		set, err := dataset.FromPixels("many", c.Shape(), noiseSet(t, size, small()).Bytes(), labels)
		must(t, err)
		var batch []int
		for i := range c.BatchSize {
			batch = append(batch, labels[kernels.Image(uint64(i), size, kernels.Key(c.Seed))])
		}
		if slices.Max(batch) < 256 {
			t.Fatal("all labels of the batch are bytes")
		}
		for where, set := range map[string]*dataset.Set{"resident": set, "streamed": streamedSet(t, set)} {
			t.Run(fmt.Sprintf("pack %d, %s", pack, where), func(t *testing.T) {
				trainer := newTrainer(t, device(t), c, set)
				before := stateOf(t, trainer)
				run(t, trainer, model.RunOptions{Steps: 1})
				after := stateOf(t, trainer)
				for name, packed := range map[string]int{"generator.class.weight": 1, "discriminator.class.weight": pack} {
					var want []int
					for i, label := range batch {
						want = append(want, i%packed*classes+label)
					}
					slices.Sort(want)
					if got := changedRows(before, after, name); !slices.Equal(got, slices.Compact(want)) {
						t.Errorf("%s: rows %v changed, want %v", name, got, slices.Compact(want))
					}
				}
				gen, err := model.NewGenerator(device(t), after, false)
				must(t, err)
				noise := c.Noise(make([]uint64, classes)) // the same for all
				numbers := make([]uint32, classes)
				for i := range numbers {
					numbers[i] = uint32(i)
				}
				images, err := gen.Sample(noise, numbers)
				must(t, err)
				different := map[string]bool{}
				for i := range classes {
					different[fmt.Sprint(images[i*c.Values():][:c.Values()])] = true
				}
				if len(different) != classes {
					t.Errorf("%d different images of %d classes", len(different), classes)
				}
			})
		}
	}
}

// changedRows returns the rows of a tensor that differ between two states.
func changedRows(before, after *model.State, name string) (rows []int) {
	for i, w := range before.Tensors {
		for r := 0; w.Name == name && r < w.Shape[0]; r++ {
			cols := w.Shape[1]
			if !slices.Equal(w.Values[r*cols:][:cols], after.Tensors[i].Values[r*cols:][:cols]) {
				rows = append(rows, r)
			}
		}
	}
	return rows
}
