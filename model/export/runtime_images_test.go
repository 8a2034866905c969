package export_test

import (
	"slices"
	"testing"
)

// permute moves dimension perm[i] to place i.
func permute(x array, perm []int) array {
	var y array
	for _, from := range perm {
		y.dims = append(y.dims, x.dims[from])
	}
	for i := range x.values {
		at := make([]int, len(perm)) // of element i of y, in x
		for k := len(perm) - 1; k >= 0; k-- {
			at[perm[k]], i = i%y.dims[k], i/y.dims[k]
		}
		place := 0
		for k, d := range x.dims {
			place = place*d + at[k]
		}
		y.values = append(y.values, x.values[place])
	}
	return y
}

// convolve computes a convolution of images x (N, channels, height, width), or a transposed one.
func convolve(t *testing.T, x, w, bias array, attributes map[string]fields, transposed bool) array {
	t.Helper()
	ints := func(name string) []int { return attributes[name].numbers(8) }
	kernel, strides, pads := ints("kernel_shape"), ints("strides"), ints("pads")
	in, out, sides := w.dims[1], w.dims[0], []int{0, 0}
	for k := range sides {
		sides[k] = (x.dims[k+2]+pads[k]+pads[k+2]-kernel[k])/strides[k] + 1
	}
	if transposed {
		in, out = out, in
		for k, extra := range ints("output_padding") {
			sides[k] = (x.dims[k+2]-1)*strides[k] + kernel[k] - pads[k] - pads[k+2] + extra
		}
	}
	if in != x.dims[1] || len(bias.values) != out || !slices.Equal(w.dims[2:], kernel) {
		t.Fatalf("a convolution of %v with weights %v and biases %v", x.dims, w.dims, bias.dims)
	}
	y := array{dims: []int{x.dims[0], out, sides[0], sides[1]}}
	for i := range size(y.dims) {
		y.values = append(y.values, bias.values[i/(sides[0]*sides[1])%out])
	}
	large, small := x, y // a pixel of small goes with a patch of large
	if transposed {
		large, small = y, x
	}
	for n := range x.dims[0] {
		for a := range w.dims[0] { // the channels of small
			for b := range w.dims[1] {
				for i := range small.dims[2] * small.dims[3] {
					for tap := range kernel[0] * kernel[1] {
						row := i/small.dims[3]*strides[0] - pads[0] + tap/kernel[1]
						col := i%small.dims[3]*strides[1] - pads[1] + tap%kernel[1]
						if row < 0 || row >= large.dims[2] || col < 0 || col >= large.dims[3] {
							continue
						}
						l := ((n*w.dims[1]+b)*large.dims[2]+row)*large.dims[3] + col
						s := (n*w.dims[0]+a)*small.dims[2]*small.dims[3] + i
						v := w.values[(a*w.dims[1]+b)*kernel[0]*kernel[1]+tap]
						if transposed {
							y.values[l] += x.values[s] * v
						} else {
							y.values[s] += x.values[l] * v
						}
					}
				}
			}
		}
	}
	return y
}
