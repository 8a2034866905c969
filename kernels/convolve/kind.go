package convolve

import "gorgan/kernels"

// Kind is what a kernel computes. The tensors and the sizes of each are those of a kernel of
// package kernels.
type Kind int

const (
	// Conv is kernels.Conv: y out, x, w | | the sizes of conv.
	Conv Kind = iota
	// Back is kernels.ConvBack: x out, y, w | | the sizes of conv_back.
	Back
	// Weight is kernels.ConvWeight in runs. w has the sums of each run, (runs, KernelHeight,
	// KernelWidth, Channels, Outputs). With a single run that is the gradient itself:
	// w out, x, y | | the sizes of conv_weight, runs
	Weight
)

// kinds has the kernel that each kind computes, which also names its kernels.
var kinds = map[Kind]string{Conv: "conv", Back: "conv_back", Weight: "conv_weight"}

// String is the kind's part of a kernel's name.
func (k Kind) String() string { return kinds[k] }

// runsAt is the number of runs among the sizes of Weight.
const runsAt = 11

// Matrix returns the shape of the product that a kernel of the kind computes for the sizes, and how often:
// Conv is one product, Back one for each phase, and Weight one for each run. inner is the number of
// terms of each sum, at most.
func (k Kind) Matrix(n []int) (rows, cols, inner, times int) {
	c, batch := kernels.ConvolutionOf(n)
	positions, taps := batch*n[4]*n[5], c.KernelHeight*c.KernelWidth
	switch k {
	case Back:
		s := c.Stride
		return batch * up(c.Height, s) * up(c.Width, s), c.Channels, up(c.KernelHeight, s) * up(c.KernelWidth, s) * c.Outputs, s * s
	case Weight:
		runs := 1
		if len(n) > runsAt {
			runs = n[runsAt]
		}
		return taps * c.Channels, c.Outputs, up(positions, runs), runs
	}
	return positions, c.Outputs, taps * c.Channels, 1
}

// up is n/by, rounded up.
func up(n, by int) int { return (n + by - 1) / by }
