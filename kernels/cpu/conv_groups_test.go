package cpu_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gorgan/kernels"
)

// TestConvGroups: each group has the bits of a convolution of its channels alone, with any number of
// workers. What is copied is enough to be shared out.
func TestConvGroups(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		const batch, groups = 4, 3
		c := kernels.Convolution{Height: 32, Width: 30, Channels: 30, Outputs: 24, KernelHeight: 4, KernelWidth: 3, Stride: 2, Pad: 1}
		one, whole := c, c
		one.Channels, one.Outputs, whole.Groups = c.Channels/groups, c.Outputs/groups, groups
		r := rand.New(rand.NewPCG(5, 5))
		x, y, w := normals(r, batch*c.In()), normals(r, batch*c.Out()), normals(r, 4*3*one.Channels*c.Outputs)
		var want [3][]float32
		for i, s := range [][]float32{x, y, w} {
			want[i] = make([]float32, len(s))
		}
		dev := newDevice(t, 2)
		for g := range groups {
			// of returns the group's columns of a matrix.
			of := func(s []float32, columns int) (part []float32) {
				n := columns / groups
				for at := g * n; at < len(s); at += columns {
					part = append(part, s[at:][:n]...)
				}
				return part
			}
			gotY, gotX, gotW := convolve(t, dev, convMatrices{one, batch, false}, of(x, c.Channels), of(y, c.Outputs), of(w, c.Outputs))
			for i, got := range [][]float32{gotX, gotY, gotW} {
				columns := []int{c.Channels, c.Outputs, c.Outputs}[i]
				n := columns / groups
				for row := range len(got) / n {
					copy(want[i][row*columns+g*n:], got[row*n:][:n])
				}
			}
		}
		for _, workers := range []int{1, 3} {
			gotY, gotX, gotW := convolve(t, newDevice(t, workers), convMatrices{whole, batch, false}, x, y, w)
			for i, got := range [][]float32{gotX, gotY, gotW} {
				if !slices.Equal(got, want[i]) {
					t.Errorf("%d workers: %s differs from the groups alone", workers, []string{"conv_back", "conv", "conv_weight"}[i])
				}
			}
		}
	})
}

// TestGroupAllocations: a convolution with groups that was computed once allocates nothing.
func TestGroupAllocations(t *testing.T) {
	dev := newDevice(t, 2)
	c := kernels.Convolution{Height: 16, Width: 16, Channels: 16, Outputs: 40, KernelHeight: 4, KernelWidth: 4, Stride: 2, Pad: 1, Groups: 4}
	x, y, w := floats(t, dev, 8, c.In()), floats(t, dev, 8, c.Out()), floats(t, dev, 16*4, 40)
	step, err := dev.Record(func() error {
		for _, err := range []error{kernels.Conv(dev, y, x, w, c), kernels.ConvBack(dev, x, y, w, c), kernels.ConvWeight(dev, w, x, y, c)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run := func() {
		if err := step.Run(); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if n := testing.AllocsPerRun(10, run); n > 0 {
		t.Errorf("a step allocates %v times", n)
	}
}
