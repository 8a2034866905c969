package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Resampling is the shape of small images x (batch, Height, Width, Channels) and of large ones y
// (batch, 2·Height, 2·Width, Channels). Along each axis, the values of y are
//
//	y[2i]   = near·x[i] + far·x[i-1]
//	y[2i+1] = near·x[i] + far·x[i+1]
//
// where an index outside an image is that of the pixel next to it. The nearest pixel alone has near 1
// and far 0. If Bilinear is true, near is 3/4 and far is 1/4: then the centres of the pixels of y lie
// a quarter of a pixel of x beside those of x, and the values between them are on straight lines. This is
// interpolate of PyTorch with a scale_factor of 2 and align_corners of False.
//
// Upsample computes y from x, and Downsample is its transpose.
type Resampling struct {
	Height, Width, Channels int
	Bilinear                bool
}

// Small and Large return the number of values of an image of x and of y.
func (r Resampling) Small() int { return r.Height * r.Width * r.Channels }
func (r Resampling) Large() int { return 4 * r.Small() }

// Check returns an error if a size is not positive.
func (r Resampling) Check() error {
	if r.Height < 1 || r.Width < 1 || r.Channels < 1 {
		return fmt.Errorf("images of %dx%dx%d, want positive sizes", r.Height, r.Width, r.Channels)
	}
	return nil
}

// far is the share of the farther of the two pixels of x that a pixel of y is made of along an axis.
const far = 0.25

// reach returns how many pixels of x a pixel of y is made of beside the nearest, along an axis.
func (r Resampling) reach() int {
	if r.Bilinear {
		return 1
	}
	return 0
}

// The sizes of the kernels are those of the small images and the reach.
var resamplingSizes = []string{"batch", "height", "width", "channels", "reach"}

// launch launches upsample or downsample. The first tensor counts the images.
func (r Resampling) launch(dev Device, k *Kernel, factor float32, tensors ...*tensor.Dense) error {
	if err := r.Check(); err != nil {
		return fmt.Errorf("kernels: %s: %w", k.Name, err)
	}
	return dev.Launch(k, Args{Tensors: tensors, Scalars: []float32{factor},
		Sizes: []int{tensors[0].Shape()[0], r.Height, r.Width, r.Channels, r.reach()}})
}

// smallLen and largeLen return the numbers of elements of x and y.
func smallLen(n []int) int { return n[0] * n[1] * n[2] * n[3] }
func largeLen(n []int) int { return 4 * smallLen(n) }

// near returns the share of the nearest pixel.
func near(reach int) float32 { return 1 - far*float32(reach) }

// farther returns the second of the pixels of x (n along an axis) that pixel i of y is made of. The
// first is i/2.
func farther(i, n, reach int) int { return min(max(i/2+(i%2*2-1)*reach, 0), n-1) }

// taps calls do for each pair of a value of x and a value of y that is made of it, with the share.
func taps(size []int, do func(small, large int, share float64)) {
	height, width, channels, reach := size[1], size[2], size[3], size[4]
	shares := [][]float64{{1}, {1 - far, far}}[reach]
	for large := range largeLen(size) {
		pixel, ch := large/channels, large%channels
		b, i, j := pixel/(4*width*height), pixel/(2*width)%(2*height), pixel%(2*width)
		for row, ofRow := range shares {
			for col, ofCol := range shares {
				h, w := i/2, j/2
				if row == 1 {
					h = farther(i, height, reach)
				}
				if col == 1 {
					w = farther(j, width, reach)
				}
				do(((b*height+h)*width+w)*channels+ch, large, ofRow*ofCol)
			}
		}
	}
}
