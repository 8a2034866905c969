package model_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
	"gorgan/kernels/fuse"
	"gorgan/kernels/tape"
	"gorgan/model"
)

// fused returns a device that fuses the steps recorded on it.
func fused(dev kernels.Device, o fuse.Options) *tape.Recorder {
	r := tape.On(dev)
	o.Device = dev
	r.Rewrite = func(s tape.Step) (tape.Step, error) { return fuse.Step(s, o) }
	return r
}

// ownTiles chooses a tile for every product.
func ownTiles(p tape.Product) (dense.Tile, bool) {
	if p.TA {
		return dense.Named("w")
	}
	return dense.Named("m")
}

// ownConvolutions chooses a kernel for every convolution.
func ownConvolutions(kernel string, sizes []int) (*kernels.Kernel, []int, bool) {
	return convolve.Choose(kernel, sizes, false)
}

// fusions are ways to fuse a step.
var fusions = map[string]fuse.Options{
	"exact":  {Exact: true},
	"cublas": {},
	"own":    {Choose: ownTiles, Convolve: ownConvolutions},
}

// fusedConfigs are narrow nets of every preset, loss and variant, with widths that the tiles fit.
func fusedConfigs(t *testing.T) map[string]model.Config {
	t.Helper()
	all := narrowConfigs(t)
	for name, f := range variants() {
		all["variant "+name] = small(f)
	}
	for name, c := range narrowConfigs(t) {
		c.Height, c.NoiseDim = 8, 12
		all["even "+name] = c
	}
	return all
}

func eachFused(t *testing.T, names []string, check func(t *testing.T, c model.Config, o fuse.Options)) {
	t.Helper()
	long(t)
	onCPU(t)
	all := fusedConfigs(t)
	for _, how := range names {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			t.Run(how+"/"+name, func(t *testing.T) { check(t, all[name], fusions[how]) })
		}
	}
}

// TestFusedExact: the weights after 20 steps have the bits of the step as it was recorded, if no
// rewrite may change the order of a sum.
func TestFusedExact(t *testing.T) {
	eachFused(t, []string{"exact"}, func(t *testing.T, c model.Config, o fuse.Options) {
		dev := cpu(t, 2)
		want, got := twentySteps(t, dev, c), twentySteps(t, fused(dev, o), c)
		if got.Weights[""] != want.Weights[""] {
			t.Errorf("the weights after 20 steps have hash %.12s, want %.12s", got.Weights[""], want.Weights[""])
		}
	})
}

// TestFusedNear: a fused step computes what the step as it was recorded does, but for rounding.
// Adam divides a gradient by its size, so where a gradient is about 0 the rounding decides about the
// whole of the first move of a weight. So the moments are compared one by one, and the weights
// together.
func TestFusedNear(t *testing.T) {
	eachFused(t, []string{"cublas", "own"}, func(t *testing.T, c model.Config, o fuse.Options) {
		states := map[bool][]*model.State{}
		for _, fuses := range []bool{false, true} {
			var dev kernels.Device = cpu(t, 2)
			if fuses {
				dev = fused(dev, o)
			}
			trainer := newTrainer(t, dev, c, noiseSet(t, 5*c.BatchSize*c.Stack, c))
			for _, steps := range []uint32{0, 1, 3} {
				if steps > 0 {
					run(t, trainer, model.RunOptions{Steps: steps})
				}
				states[fuses] = append(states[fuses], stateOf(t, trainer))
			}
		}
		begin := states[false][0]
		for i, limit := range []float64{0, 0.02, 0.1} {
			want, got := states[false][i], states[true][i]
			var off, moved float64
			for n, w := range want.Tensors {
				g, b := got.Tensors[n], begin.Tensors[n]
				moment := strings.Contains(w.Name, ".m.") || strings.Contains(w.Name, ".v.")
				var most, square float64
				for j, v := range w.Values {
					d := float64(g.Values[j]) - float64(v)
					most = max(most, math.Abs(d))
					square = max(square, math.Abs(float64(v)))
					if !moment {
						off += d * d
						moved += math.Pow(float64(v)-float64(b.Values[j]), 2)
					}
				}
				if moment && i == 1 && most > 1e-4*square+1e-9 {
					t.Errorf("step 1: %s is off by %.2g of at most %.2g", w.Name, most, square)
				}
			}
			if math.Sqrt(off) > limit*math.Sqrt(moved) {
				t.Errorf("step %d: the weights are off by %.3g of the %.3g that they moved", got.Step, math.Sqrt(off), math.Sqrt(moved))
			}
		}
	})
}
