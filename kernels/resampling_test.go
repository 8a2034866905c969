package kernels_test

import (
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// TestResampling compares with what PyTorch 2 computed of the same values in float64. All are multiples of
// 1/32, so that no float32 rounds:
//
//	up    interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
//	mean  avg_pool2d(y, 2)
//	down  the gradient of that interpolate for y/4; conv2d(pad(y, mode="replicate"), [1 3 3 1]/8 each way, stride=2)
//	      is the same
func TestResampling(t *testing.T) {
	x := []float32{1.125, 4.25, 2.375, 2.5, 4.625, 1.75, 0.875, 2, 5.125, 3.25, 3.375, 5.5} // 2x3x2
	up := []float32{1.125, 4.25, 1.4375, 3.8125, 2.0625, 2.9375, 2.9375, 2.3125, 4.0625, 1.9375, 4.625, 1.75,
		1.0625, 3.6875, 1.5625, 3.4375, 2.5625, 2.9375, 3.375, 2.6875, 4, 2.6875, 4.3125, 2.6875,
		0.9375, 2.5625, 1.8125, 2.6875, 3.5625, 2.9375, 4.25, 3.4375, 3.875, 4.1875, 3.6875, 4.5625,
		0.875, 2, 1.9375, 2.3125, 4.0625, 2.9375, 4.6875, 3.8125, 3.8125, 4.9375, 3.375, 5.5}
	nearest := []float32{1.125, 4.25, 1.125, 4.25, 2.375, 2.5, 2.375, 2.5, 4.625, 1.75, 4.625, 1.75}
	nearest = append(nearest, nearest...)
	nearest = append(nearest, 0.875, 2, 0.875, 2, 5.125, 3.25, 5.125, 3.25, 3.375, 5.5, 3.375, 5.5)
	nearest = append(nearest, nearest[24:]...)
	y := []float32{1.125, 8.25, 5.375, 9.5, 4.625, 7.75, 2.875, 7, 4.125, 11.25, 1.375, 2.5,
		9.625, 6.75, 10.875, 6, 9.125, 4.25, 8.375, 5.5, 12.625, 2.75, 3.875, 11} // 4x6x1
	mean := []float32{4.8125, 7.5625, 4.0625, 7.5625, 8.0625, 7.0625}
	down := []float32{4.96875, 7.1875, 5.375, 7.75, 7.4375, 6.40625}
	dev := newDevice(t, 2)
	for _, c := range []struct {
		name     string
		launch   func(dev kernels.Device, dst, src *tensor.Dense, r kernels.Resampling, factor float32) error
		channels int
		bilinear bool
		factor   float32
		in, want []float32
	}{
		{"bilinear upsampling", kernels.Upsample, 2, true, 1, x, up},
		{"nearest upsampling", kernels.Upsample, 2, false, 1, x, nearest},
		{"average", kernels.Downsample, 1, false, 0.25, y, mean},
		{"bilinear downsampling", kernels.Downsample, 1, true, 0.25, y, down},
	} {
		src, _ := dev.New(tensor.Float32, 1, len(c.in))
		dst, _ := dev.New(tensor.Float32, 1, len(c.want))
		if err := dev.Upload(src, c.in); err != nil {
			t.Fatal(err)
		}
		if err := c.launch(dev, dst, src, kernels.Resampling{Height: 2, Width: 3, Channels: c.channels, Bilinear: c.bilinear}, c.factor); err != nil {
			t.Fatal(err)
		}
		if got := dst.Float32s(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		err := c.launch(dev, dst, src, kernels.Resampling{Height: 2, Width: 0, Channels: 1}, 1)
		if err == nil || !strings.Contains(err.Error(), "images of 2x0x1, want positive sizes") {
			t.Errorf("%s of no pixels: %v", c.name, err)
		}
	}
}
