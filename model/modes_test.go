package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
	"gorgan/model"
)

// The 2-D mixtures of PacGAN (Lin, Khetan, Fanti and Oh, "PacGAN: The power of two
// samples in generative adversarial networks", 2018, section 4.1), as images of two
// pixels.

// mixture is the centres of Gaussians in the unit square.
type mixture [][2]float64

// ring is n centres on a circle, grid n by n of them.
func ring(n int) (m mixture) {
	for i := range n {
		angle := 2 * math.Pi * float64(i) / float64(n)
		m = append(m, [2]float64{0.5 + 0.4*math.Cos(angle), 0.5 + 0.4*math.Sin(angle)})
	}
	return m
}

func grid(n int) (m mixture) {
	for i := range n * n {
		m = append(m, [2]float64{0.1 + 0.8*float64(i/n)/float64(n-1), 0.1 + 0.8*float64(i%n)/float64(n-1)})
	}
	return m
}

// spread is the Gaussians' standard deviation.
const spread = 0.02

// set is n points, as many of each mode.
func (m mixture) set(t *testing.T, n int) *dataset.Set {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	var pixels []byte
	for i := range n {
		for _, centre := range m[i%len(m)] {
			v := min(max(centre+spread*r.NormFloat64(), 0), 1)
			pixels = append(pixels, byte(255*v+0.5))
		}
	}
	set, err := dataset.FromPixels("mixture", raster.Grey(raster.Size{Height: 1, Width: 2}), pixels, nil)
	must(t, err)
	return set
}

// covered is how many modes have a point within three deviations in at least a tenth
// of their share of the points, and the share of points that are so near to a mode.
func (m mixture) covered(points []float32) (modes int, near float64) {
	held := make([]int, len(m))
	n := len(points) / 2
	for i := range n {
		for k, centre := range m {
			if math.Hypot(float64(points[2*i])-centre[0], float64(points[2*i+1])-centre[1]) < 3*spread {
				held[k]++
				near += 1 / float64(n)
			}
		}
	}
	for _, h := range held {
		if 10*len(m)*h >= n {
			modes++
		}
	}
	return modes, near
}

// TestModes: pairs with penalised gradients find every mode and keep to them, of a grid
// too, where an unpenalised discriminator, followed with momentum, loses most.
func TestModes(t *testing.T) {
	onCPU(t)
	if testing.Short() {
		t.Skip("trains for thousands of steps")
	}
	penalised := func(c *model.Config) { c.R1, c.R2 = 0.002, 0.002 }
	autoencoder := func(c *model.Config) { // a line through the plane, as the code is one number
		c.Arch, c.GenLayers = model.Layers, "dense 64 leaky-relu, dense 64 leaky-relu, dense 64 leaky-relu, dense 2"
		c.DisLayers = "dense 64 leaky-relu, dense 64 leaky-relu, dense 1 linear, dense 64 leaky-relu, dense 64 leaky-relu, dense 2"
	}
	for name, tc := range map[string]struct {
		mixture     mixture
		change      func(*model.Config)
		least, most int
		near        float64 // points this near to a mode; spread evenly, .09 and .28 would be
	}{
		"ring": {ring(8), func(c *model.Config) { penalised(c); c.Loss = "relativistic" }, 8, 8, 0.8},
		"grid": {grid(5), func(c *model.Config) { penalised(c); c.Loss = "relativistic" }, 24, 25, 0.45},
		// Neither finds all eight here.
		"ring, ebgan": {ring(8), func(c *model.Config) { autoencoder(c); c.Loss, c.Margin = "ebgan", 0.1 }, 5, 8, 0.7},
		"ring, began": {ring(8), func(c *model.Config) {
			autoencoder(c)
			c.Loss, c.KRate, c.Gamma, c.LearningRate = "began", 0.2, 0.9, 1e-3
		}, 5, 8, 0.5},
		"ring, not in pairs": {ring(8), penalised, 8, 8, 0.8},
		"collapse":           {grid(5), func(c *model.Config) { c.Beta1, c.LearningRateDecay, c.EMA = 0.9, 1, 0 }, 0, 12, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := small(func(c *model.Config) {
				c.Height, c.Width, c.NoiseDim, c.GenHidden, c.DisHidden = 1, 2, 2, []int{64, 64, 64}, []int{64, 64, 64}
				c.GenActivation, c.DisActivation = "leaky-relu", "leaky-relu"
				c.BatchSize, c.Beta1, c.Beta2, c.EMA = 128, 0, 0.99, 0.995
				c.LearningRate, c.LearningRateDecay = 4e-3, 0.9993
			}, tc.change)
			// What is found is the loss's doing, not the device's.
			trainer := newTrainer(t, cpu(t, 2), c, tc.mixture.set(t, 4000))
			run(t, trainer, model.RunOptions{Steps: 4000})
			seeds := make([]uint64, 2000)
			for i := range seeds {
				seeds[i] = uint64(i)
			}
			points, err := trainer.Sample(c.Noise(seeds), nil)
			must(t, err)
			modes, near := tc.mixture.covered(points)
			if modes < tc.least || modes > tc.most || near < tc.near {
				t.Errorf("found %d of %d modes and %.2f of the points near them, want %d to %d and %.2f or more",
					modes, len(tc.mixture), near, tc.least, tc.most, tc.near)
			}
		})
	}
}

// TestCovered: the data themselves have all modes; points of one mode have that, and
// points spread evenly are mostly near none.
func TestCovered(t *testing.T) {
	for name, tc := range map[string]struct {
		points      func(i int) [2]float64
		modes       int
		least, most float64
	}{
		"data":     {func(i int) [2]float64 { return ring(8)[i%8] }, 8, 1, 1},
		"one mode": {func(int) [2]float64 { return ring(8)[3] }, 1, 1, 1},
		"two modes and a stray point of a third": {func(i int) [2]float64 {
			if i == 7 {
				return ring(8)[7]
			}
			return ring(8)[i%2]
		}, 2, 1, 1},
		"evenly": {func(i int) [2]float64 { return [2]float64{float64(i%50) / 50, float64(i/50) / 50} }, 0, 0.06, 0.12},
	} {
		var points []float32
		for i := range 2500 {
			p := tc.points(i)
			points = append(points, float32(p[0]), float32(p[1]))
		}
		modes, near := ring(8).covered(points)
		if modes != tc.modes || near < tc.least-1e-9 || near > tc.most+1e-9 {
			t.Errorf("%s: %d modes and %.3f near them, want %d and %v to %v", name, modes, near, tc.modes, tc.least, tc.most)
		}
	}
}
