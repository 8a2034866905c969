package kernels_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// The known answers of Random123's kat_vectors for philox4x32, 10 rounds.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ff = ^uint32(0)
	for _, v := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ff, ff, ff, ff}, [2]uint32{ff, ff}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := kernels.Philox4x32(v.counter, v.key); got != v.want {
			t.Errorf("philox(%x, %x) = %x, want %x", v.counter, v.key, got, v.want)
		}
	}
}

// TestUniformMoments: mean 0, variance 1/3, all of [-1,1), within five standard
// errors of 2^20 draws.
func TestUniformMoments(t *testing.T) {
	z := make([]float32, 1<<20)
	kernels.Uniform(z, kernels.Key(7), 2<<16, 3)
	mean, variance, lo, hi := moments(z)
	if math.Abs(mean) > 5*math.Sqrt(1./3)/1024 || math.Abs(variance-1./3) > 5*math.Sqrt(4./45)/1024 {
		t.Errorf("mean %g, variance %g", mean, variance)
	}
	if lo < -1 || lo > -0.9999 || hi >= 1 || hi < 0.9999 {
		t.Errorf("range %g to %g", lo, hi)
	}
}

func TestNormalMoments(t *testing.T) {
	z := make([]float32, 1<<20)
	kernels.Normal(z, 2, kernels.Key(7), 1<<16)
	mean, variance, lo, hi := moments(z)
	if math.Abs(mean) > 5*2./1024 || math.Abs(variance-4) > 5*4*math.Sqrt2/1024 {
		t.Errorf("mean %g, variance %g", mean, variance)
	}
	if hi > 14 || lo < -14 || hi < 8 || lo > -8 {
		t.Errorf("range %g to %g, want about ±4.9 standard deviations", lo, hi)
	}
	short := make([]float32, 5)
	kernels.Normal(short, 2, kernels.Key(7), 1<<16)
	for i, v := range short {
		if v != z[i] {
			t.Errorf("value %d depends on how many are drawn", i)
		}
	}
}

// TestNewNormal: a clock of 0 gives Normal's values, another clock others.
func TestNewNormal(t *testing.T) {
	dev := newDevice(t, 2)
	const n = 1001
	z, key, clock := zeros(t, dev, n), wordsOf(t, dev, 7, 9), wordsOf(t, dev, 0)
	got, want := make([]float32, n), make([]float32, n)
	kernels.Normal(want, 0.5, [2]uint32{7, 9}, 3<<16)
	draw := func() {
		t.Helper()
		if err := kernels.NewNormal(dev, z, key, clock, 3<<16, 0.5); err != nil {
			t.Fatal(err)
		}
		if err := dev.Download(got, z); err != nil {
			t.Fatal(err)
		}
	}
	draw()
	if !slices.Equal(got, want) {
		t.Error("step 0 differs from Normal")
	}
	if err := kernels.Tick(dev, clock); err != nil {
		t.Fatal(err)
	}
	draw()
	for i, v := range got {
		if v == want[i] {
			t.Errorf("value %d is the same at steps 0 and 1", i)
		}
	}
}

func wordsOf(t *testing.T, dev kernels.Device, words ...uint32) *tensor.Dense {
	t.Helper()
	d, err := dev.New(tensor.Uint32, len(words))
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Upload(d, words); err != nil {
		t.Fatal(err)
	}
	return d
}

func moments(z []float32) (mean, variance, lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range z {
		x := float64(v)
		mean += x / float64(len(z))
		variance += x * x / float64(len(z))
		lo, hi = min(lo, x), max(hi, x)
	}
	return mean, variance - mean*mean, lo, hi
}

// TestStreamsDiffer: seed, stream and step each give other numbers.
func TestStreamsDiffer(t *testing.T) {
	seen := map[[4]float32]string{}
	for _, seed := range []uint64{1, 2, 1 << 40} {
		for _, stream := range []kernels.Stream{2 << 16, 2<<16 + 1, 3 << 16, 4 << 16} {
			for _, step := range []uint32{1, 2} {
				var z [4]float32
				kernels.Uniform(z[:], kernels.Key(seed), stream, step)
				name := fmt.Sprintf("seed %d stream %x step %d", seed, stream, step)
				if other, ok := seen[z]; ok {
					t.Errorf("%s and %s draw the same", name, other)
				}
				seen[z] = name
			}
		}
	}
}

// TestPermute: every epoch is a permutation, and epochs and seeds differ.
func TestPermute(t *testing.T) {
	for _, n := range []uint32{1, 2, 3, 4, 5, 31, 32, 33, 1000, 60000} {
		for epoch := range uint64(2) {
			hit := make([]bool, n)
			for i := range n {
				x := kernels.Permute(i, n, kernels.Key(1), epoch)
				if x >= n || hit[x] {
					t.Fatalf("n %d, epoch %d: %d comes twice or is outside", n, epoch, x)
				}
				hit[x] = true
			}
		}
	}
	agree := 0
	for i := range uint32(1000) {
		if kernels.Permute(i, 1000, kernels.Key(1), 0) == kernels.Permute(i, 1000, kernels.Key(1), 1) {
			agree++
		}
	}
	if agree > 10 { // one is expected
		t.Errorf("two epochs agree in %d of 1000 places", agree)
	}
}

// TestPermuteUniform: over many epochs each image comes to each place about as
// often: chi-squared with 7·7 degrees of freedom stays below its 1-1e-6 quantile.
func TestPermuteUniform(t *testing.T) {
	const n, epochs = 8, 8000
	var count [n][n]float64
	for epoch := range uint64(epochs) {
		for i := range uint32(n) {
			count[i][kernels.Permute(i, n, kernels.Key(3), epoch)]++
		}
	}
	chi := 0.0
	for i := range count {
		for _, c := range count[i] {
			chi += (c - epochs/n) * (c - epochs/n) / (epochs / n)
		}
	}
	if chi > 107 {
		t.Errorf("chi-squared %g, want about 49", chi)
	}
}

// TestImage: the stream goes through every image once an epoch.
func TestImage(t *testing.T) {
	const n = 10
	var count [n]int
	for position := range uint64(3 * n) {
		count[kernels.Image(position, n, kernels.Key(5))]++
	}
	for i, c := range count {
		if c != 3 {
			t.Errorf("image %d came %d times in 3 epochs", i, c)
		}
	}
}
