package nn

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// Resample doubles the sides of images (Height, Width, Channels), or halves them if Down is true. The
// sides must be even then. It has no parameters.
//
//	Bilinear  Down
//	false     false  repeats each pixel: upsampling by the nearest
//	true      false  bilinear upsampling
//	false     true   the average of each 2x2 pixels: average pooling
//	true      true   the filter [1 3 3 1]/8 along each axis, then each second pixel
//
// kernels.Resampling has the formulas, also at the border.
type Resample struct {
	Number                  int // of the layer that it belongs to
	Height, Width, Channels int // of x
	Bilinear, Down          bool
}

func (Resample) Params() []Param { return nil }

func (r Resample) Apply(p *Pass, _ []*graph.Value, x *graph.Value) *graph.Value {
	of := kernels.Resampling{Height: r.Height, Width: r.Width, Channels: r.Channels, Bilinear: r.Bilinear}
	if !r.Down {
		return p.Upsample(x, of, 1)
	}
	of.Height, of.Width = r.Height/2, r.Width/2
	return p.Downsample(x, of, 0.25)
}

// Summary describes the layer.
func (r Resample) Summary() Summary {
	s := Summary{Number: r.Number, Kind: "upsample", InImage: []int{r.Height, r.Width, r.Channels}, OutImage: []int{2 * r.Height, 2 * r.Width, r.Channels}}
	if r.Down {
		s.Kind, s.OutImage = "downsample", []int{r.Height / 2, r.Width / 2, r.Channels}
	}
	if r.Bilinear {
		s.Kind = "bilinear-" + s.Kind
	}
	s.In, s.Out = tensor.Shape(s.InImage).TotalSize(), tensor.Shape(s.OutImage).TotalSize()
	s.Values = s.Out
	return s
}
