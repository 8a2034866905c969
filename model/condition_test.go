package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/model"
)

func TestLabels(t *testing.T) {
	seeds := []uint64{0, 7, 12, 3}
	c := small(func(c *model.Config) { c.Classes = 10 })
	if d := cmp.Diff(c.Labels(seeds), []uint32{0, 7, 2, 3}); d != "" {
		t.Error(d)
	}
	if got := small().Labels(seeds); got != nil {
		t.Errorf("got %v without classes", got)
	}
}

func TestLabelsMissing(t *testing.T) {
	c := small(func(c *model.Config) { c.Classes = 3 })
	pixels := make([]byte, 8*c.Values())
	for want, labels := range map[string][]int{
		"image 0 of some has no label":             nil,
		"image 7 of some has no label":             {0, 1, 2, 0, 1, 2, 0, -1},
		"image 1 of some has label 3, want 0 to 2": {0, 3, 2, 0, 1, 2, 0, 1},
	} {
		set, err := dataset.FromPixels("some", raster.Grey(raster.Size{Height: 4, Width: 4}), pixels, labels)
		must(t, err)
		_, err = model.NewTrainer(device(t), c, set)
		contains(t, err, "model: "+want)
	}
}

// TestConditional: trained on black and white images with these for labels, the
// generator draws what it is told to, and the discriminator goes by the label.
func TestConditional(t *testing.T) {
	onCPU(t) // what is learned is the net's doing, not the device's
	for name, f := range map[string]func(*model.Config){"one image": func(*model.Config) {}, "packed": func(c *model.Config) { c.Pack = 2 }} {
		t.Run(name, func(t *testing.T) {
			c := small(f, func(c *model.Config) {
				c.Classes, c.BatchSize, c.LearningRate, c.Beta1, c.R1 = 2, 16, 2e-3, 0, 0.3
				c.GenHidden, c.DisHidden = []int{16}, []int{32}
			})
			pixels, labels := make([]byte, 64*c.Values()), make([]int, 64)
			for i := range pixels {
				labels[i/c.Values()] = i / c.Values() % 2
				pixels[i] = byte(20 + 215*labels[i/c.Values()])
			}
			set, err := dataset.FromPixels("two", raster.Grey(raster.Size{Height: 4, Width: 4}), pixels, labels)
			must(t, err)
			trainer := newTrainer(t, device(t), c, set)
			run(t, trainer, model.RunOptions{Steps: 1000})
			seeds := []uint64{0, 1, 2, 3, 4, 5, 6, 7}
			images, err := trainer.Sample(c.Noise(seeds), c.Labels(seeds))
			must(t, err)
			var mean [2]float64
			for i, v := range images {
				mean[i/c.Values()%2] += float64(v) / float64(len(images)/2)
			}
			if mean[0] > 0.35 || mean[1] < 0.65 {
				t.Errorf("images of label 0 are %.2f bright, want below 0.35; those of label 1 %.2f, want above 0.65", mean[0], mean[1])
			}
		})
	}
}
