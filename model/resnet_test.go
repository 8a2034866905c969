package model_test

import (
	"math"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/model"
)

// TestResNetTexts: the nets of a residual net, which every channel of the 8 of the most is in.
func TestResNetTexts(t *testing.T) {
	for _, test := range []struct {
		side     int
		gen, dis string
	}{
		{28, "dense 7x7x8 leaky-relu, residual (conv 8 leaky-relu, conv 8 zero linear), upsample bilinear, " +
			"residual (conv 4 leaky-relu, conv 4 zero linear), upsample bilinear, conv 3 sigmoid",
			"down 4 leaky-relu, residual (conv 4 leaky-relu, conv 4 zero linear), downsample bilinear, " +
				"residual (conv 8 leaky-relu, conv 8 zero linear), dense 1 linear"},
		{8, "dense 4x4x4 leaky-relu, residual (conv 4 leaky-relu, conv 4 zero linear), upsample bilinear, conv 3 sigmoid",
			"down 4 leaky-relu, residual (conv 4 leaky-relu, conv 4 zero linear), dense 1 linear"},
	} {
		c := model.Default()
		c.Arch, c.NetWidth, c.Height, c.Width, c.Channels = model.ResNet, 4, test.side, test.side, 3
		nets := (&model.State{Config: c}).Nets()
		if nets[0].Text != test.gen || nets[1].Text != test.dis {
			t.Errorf("got\n%s\n%s, want\n%s\n%s", nets[0].Text, nets[1].Text, test.gen, test.dis)
		}
	}
	for side, want := range map[int]string{28: "7x7x128", 32: "4x4x256", 64: "4x4x512", 128: "4x4x512"} {
		c := model.Default()
		c.Arch, c.Height, c.Width = model.ResNet, side, side
		must(t, c.Validate())
		if _, got := (&model.State{Config: c}).Nets()[0].Shapes(0); got != want {
			t.Errorf("images of %d pixels begin as %s, want %s", side, got, want)
		}
	}
}

// TestResNet: residual nets with penalties on D's gradient, and labels or none, learn the four images of a set.
func TestResNet(t *testing.T) {
	onCPU(t)
	if testing.Short() {
		t.Skip("trains for hundreds of steps")
	}
	const side, kinds = 8, 4
	light := func(kind, y, x int) bool { return []bool{y < side/2, y >= side/2, x < side/2, x >= side/2}[kind] }
	var pixels []byte
	var labels []int
	for i := range 200 {
		labels = append(labels, i%kinds)
		for p := range side * side {
			value := 30 + i%7
			if light(i%kinds, p/side, p%side) {
				value = 220 + i%5
			}
			pixels = append(pixels, byte(value))
		}
	}
	set, err := dataset.FromPixels("halves", raster.Grey(raster.Size{Height: side, Width: side}), pixels, labels)
	must(t, err)
	for name, tc := range map[string]struct{ classes, near, right int }{
		"labels":    {kinds, 80, 80},
		"no labels": {0, 40, 0}, // the others are between two of the four
	} {
		classes := tc.classes
		c := small(func(c *model.Config) {
			c.Arch, c.NetWidth, c.Loss, c.R1, c.R2 = model.ResNet, 8, "relativistic", 0.1, 0.1
			c.Height, c.Width, c.NoiseDim, c.BatchSize, c.Classes = side, side, 2, 32, classes
			c.LearningRate, c.LearningRateDecay, c.Beta1, c.Beta2, c.EMA = 2e-3, 0.998, 0, 0.99, 0.98
		})
		trainer := newTrainer(t, cpu(t, 2), c, set)
		run(t, trainer, model.RunOptions{Steps: 1200})
		seeds := make([]uint64, 100)
		for i := range seeds {
			seeds[i] = uint64(i)
		}
		images, err := trainer.Sample(c.Noise(seeds), c.Labels(seeds))
		must(t, err)
		found, near, right := map[int]int{}, 0, 0
		for i := range seeds {
			for kind := range kinds {
				square := 0.0
				for p := range side * side {
					want := 33.0 / 255
					if light(kind, p/side, p%side) {
						want = 222.0 / 255
					}
					d := float64(images[i*side*side+p]) - want
					square += d * d / (side * side)
				}
				if math.Sqrt(square) < 0.1 {
					near++
					found[kind]++
					if kind == i%kinds {
						right++
					}
				}
			}
		}
		if len(found) != kinds || near < tc.near || right < tc.right {
			t.Errorf("%s: %d of 100 images are near one of the four, by kind %v, and %d are of their label; want %d, all, and %d", name, near, found, right, tc.near, tc.right)
		}
	}
}
