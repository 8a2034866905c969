package model

import (
	"fmt"
	"strings"

	"gorgan/dataset/raster"
)

// fromPlanes turns the tensors of a checkpoint of stacked images that were planes, all of an image's
// red before its green, into those of images in the order of a [raster.Image]. The nets compute the
// same as before. Only the order of their sums differs.
func (s *State) fromPlanes() {
	c := s.Config
	last := fmt.Sprintf("generator.%d.", len(c.GenHidden))
	for i, t := range s.Tensors {
		switch {
		case isOf(t.Name, last+"weight"), isOf(t.Name, last+"bias"):
			// A row has a value for each value of an image.
			s.Tensors[i].Values = interleaved(t.Values, c.Shape(), 1)
		case isOf(t.Name, "discriminator.0.weight"):
			// A row, as long as the last dimension, belongs to each value of a pack's images.
			s.Tensors[i].Values = interleaved(t.Values, c.Shape(), t.Shape[len(t.Shape)-1])
		}
	}
}

// isOf reports whether a tensor is a parameter, or a moment or the average of it.
func isOf(tensor, parameter string) bool {
	return tensor == parameter || strings.HasSuffix(tensor, "."+parameter)
}

// interleaved returns planes of images as images of a shape. A value of an image is size successive
// floats.
func interleaved(planes []float32, shape raster.Shape, size int) []float32 {
	images := make([]float32, 0, len(planes))
	values, area := shape.Values(), shape.Area()
	for first := 0; first < len(planes); first += values * size {
		for i := range values {
			from := first + (i%shape.Channels*area+i/shape.Channels)*size
			images = append(images, planes[from:][:size]...)
		}
	}
	return images
}
