package raster

// luma is TensorFlow's rgb_to_grayscale on uint8. It divides the channels by 255, weighs them
// by .2989, .5870 and .1140, and converts back with trunc(255.5 x). It is computed exactly, as
// trunc(511 (2989 r + 5870 g + 1140 b) / 5100000). The weights sum to .9999, so grey stays
// the same grey and nothing exceeds 255.
func luma(r, g, b uint8) uint8 {
	return uint8(511 * (2989*uint32(r) + 5870*uint32(g) + 1140*uint32(b)) / 5_100_000)
}

// Grey returns the image in one channel: the luma of the colours as TensorFlow's rgb_to_grayscale
// computes it. A grey image is returned as it is.
func (im Image) Grey() Image {
	if im.Channels == 1 {
		return im
	}
	out := New(Grey(im.Size))
	for k := range out.Pix {
		p := im.Pix[RGB*k : RGB*k+RGB]
		out.Pix[k] = luma(p[0], p[1], p[2])
	}
	return out
}

// RGB returns the image in three channels, with the grey of a grey image in each. An image in
// colour is returned as it is.
func (im Image) RGB() Image {
	if im.Channels == RGB {
		return im
	}
	out := New(Shape{im.Size, RGB})
	for k, v := range im.Pix {
		p := out.Pix[RGB*k : RGB*k+RGB]
		p[0], p[1], p[2] = v, v, v
	}
	return out
}

// IsGrey reports whether the channels of every pixel are equal.
func (im Image) IsGrey() bool { return !im.apart(0) }

// Coloured reports whether some pixel is visibly not grey. JPEG changes the values of a grey image
// by less.
func (im Image) Coloured() bool {
	const nearly = 8
	return im.apart(nearly)
}

// apart reports whether some pixel has channels that differ by more than most.
func (im Image) apart(most uint8) bool {
	if im.Channels == 1 {
		return false
	}
	for k := 0; k+RGB <= len(im.Pix); k += RGB {
		p := im.Pix[k : k+RGB]
		if max(p[0], p[1], p[2])-min(p[0], p[1], p[2]) > most {
			return true
		}
	}
	return false
}

// Mirrored returns the image with left and right exchanged, in memory of its own.
func (im Image) Mirrored() Image {
	out := New(im.Shape)
	row := im.Width * im.Channels
	for start := 0; start < len(im.Pix); start += row {
		for from := 0; from < row; from += im.Channels {
			copy(out.Pix[start+row-from-im.Channels:], im.Pix[start+from:start+from+im.Channels])
		}
	}
	return out
}
