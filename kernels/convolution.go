package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Convolution is the shape of a convolution from images x (batch, Height, Width, Channels) to
// images y (batch, OutHeight, OutWidth, Outputs), with weights w (KernelHeight, KernelWidth, Depth,
// Outputs). Position (i,j) of y is made of the patch of x whose first row is i·Stride-Pad and whose
// first column is j·Stride-Pad. Outside an image all values are 0.
//
// If Groups is above 1, the channels of x and of y fall into so many groups, in their order. Each group of y is made
// of the same group of x alone: Xie et al., "Aggregated Residual Transformations for Deep Neural Networks"
// (2017), section 3.
type Convolution struct {
	Height, Width, Channels   int
	Outputs                   int
	KernelHeight, KernelWidth int
	Stride, Pad               int
	Groups                    int // 0 is 1
}

// Depth returns the number of channels of x that a value of y is made of.
func (c Convolution) Depth() int { return c.Channels / max(c.Groups, 1) }

// groupOf returns the number of the group of channel o of y.
func (c Convolution) groupOf(o int) int { return o * max(c.Groups, 1) / c.Outputs }

// WeightShape returns the shape of w.
func (c Convolution) WeightShape() []int {
	return []int{c.KernelHeight, c.KernelWidth, c.Depth(), c.Outputs}
}

// OutHeight returns the number of rows of an image of y.
func (c Convolution) OutHeight() int { return (c.Height+2*c.Pad-c.KernelHeight)/c.Stride + 1 }

// OutWidth returns the number of columns of an image of y.
func (c Convolution) OutWidth() int { return (c.Width+2*c.Pad-c.KernelWidth)/c.Stride + 1 }

// In and Out return the number of values of an image of x and of y.
func (c Convolution) In() int  { return c.Height * c.Width * c.Channels }
func (c Convolution) Out() int { return c.OutHeight() * c.OutWidth() * c.Outputs }

// Multiplications returns the number of them that an image takes, with those at the border.
func (c Convolution) Multiplications() int {
	return c.Out() * c.KernelHeight * c.KernelWidth * c.Depth()
}

// Check returns an error if a size is not positive, if a kernel does not fit in a padded image, or if the
// channels cannot be divided into the groups.
func (c Convolution) Check() error {
	for _, n := range []int{c.Height, c.Width, c.Channels, c.Outputs, c.KernelHeight, c.KernelWidth, c.Stride} {
		if n < 1 {
			return fmt.Errorf("a convolution of sizes %+v, want positive sizes", c)
		}
	}
	if c.Pad < 0 || c.Height+2*c.Pad < c.KernelHeight || c.Width+2*c.Pad < c.KernelWidth {
		return fmt.Errorf("a kernel of %dx%d on an image of %dx%d with a padding of %d, want a kernel that fits in the padded image",
			c.KernelHeight, c.KernelWidth, c.Height, c.Width, c.Pad)
	}
	if groups := max(c.Groups, 1); c.Groups < 0 || c.Channels%groups != 0 || c.Outputs%groups != 0 {
		return fmt.Errorf("a convolution from %d channels to %d in %d groups, want groups that divide both numbers", c.Channels, c.Outputs, c.Groups)
	}
	return nil
}

// ConvolutionOf returns the convolution of which n are the sizes, in the order of the sizes of the
// kernels conv, conv_back and conv_weight or of those with groups, and the number of its images. Its output
// has n[4] rows and n[5] columns, even if that is not OutHeight and OutWidth.
func ConvolutionOf(n []int) (c Convolution, batch int) {
	return Convolution{n[1], n[2], n[3], n[6], n[7], n[8], n[9], n[10], groupsOf(n)}, n[0]
}

// convSizes are the sizes of the three kernels.
var convSizes = []string{"batch", "height", "width", "channels", "out_height", "out_width", "outputs",
	"kernel_height", "kernel_width", "stride", "pad"}

// groupsOf returns the number of groups, at least 1.
func groupsOf(n []int) int {
	if len(n) > len(convSizes) {
		return max(n[len(convSizes)], 1)
	}
	return 1
}

// inGroups returns k, one of the three kernels, for convolutions with more than one group. These are kernels
// of their own, so that what is made for the others, such as a device's fast ways, need not know of groups.
func inGroups(k Kernel, name string) Kernel {
	k.Name, k.Sizes = name, append(append([]string(nil), k.Sizes...), "groups")
	return k
}

// launch launches one of the three kernels, or that with groups. The first tensor of images, x or y, counts
// them.
func (c Convolution) launch(dev Device, one, groups *Kernel, images *tensor.Dense, tensors ...*tensor.Dense) error {
	k, sizes := one, []int{images.Shape()[0], c.Height, c.Width, c.Channels,
		0, 0, c.Outputs, c.KernelHeight, c.KernelWidth, c.Stride, c.Pad}
	if c.Groups > 1 {
		k, sizes = groups, append(sizes, c.Groups)
	}
	if err := c.Check(); err != nil {
		return fmt.Errorf("kernels: %s: %w", k.Name, err)
	}
	sizes[4], sizes[5] = c.OutHeight(), c.OutWidth() // Check refuses a stride of 0
	return dev.Launch(k, Args{Tensors: tensors, Sizes: sizes})
}

// The numbers of elements of x, y and w.
func convX(n []int) int { return n[0] * n[1] * n[2] * n[3] }
func convY(n []int) int { return n[0] * n[4] * n[5] * n[6] }
func convW(n []int) int { return n[7] * n[8] * (n[3] / groupsOf(n)) * n[6] }

// productTol is for sums of many products, whose rounding grows with the squares of the arguments.
var productTol = Tol{Abs: 1e-6, Rel: 1e-5, Cancel: 1e-3}

// convTol is for sums of many products too. The rounding grows with their number. A form that sums differences has up to five
// times the error of a plain sum.
var convTol = Tol{Abs: 1e-6, Rel: 1e-5, Product: 1. / (1 << 21)}

// The numbers of products that an element of y, x and w is the sum of.
func convTerms(n []int) int       { return n[7] * n[8] * n[3] / groupsOf(n) }
func convBackTerms(n []int) int   { return n[7] * n[8] * n[6] / groupsOf(n) }
func convWeightTerms(n []int) int { return n[0] * n[4] * n[5] }

// at returns element (b,row,col,channel) of images (…, height, width, channels), or 0 outside them.
func at(images []float64, b, height, row, width, col, channels, channel int) float64 {
	if row < 0 || row >= height || col < 0 || col >= width {
		return 0
	}
	return images[((b*height+row)*width+col)*channels+channel]
}
