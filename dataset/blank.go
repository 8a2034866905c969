package dataset

import "gorgan/dataset/raster"

// nearly is the largest difference, of 255, between the values of a blank picture. JPEG
// changes the values of an image of one colour by less.
const nearly = 8

// dark is the largest value, of 255, in pictures that are nearly black.
const dark = 24

// shades is the range of each channel's values in one or more images; grey images have three equal
// channels. The zero value is for no image.
type shades struct {
	any         bool
	least, most [raster.RGB]uint8
}

// shadesOf returns the ranges of an image.
func shadesOf(im raster.Image) shades {
	s := shades{any: len(im.Pix) > 0, least: [raster.RGB]uint8{255, 255, 255}}
	if im.Channels == 1 {
		least, most := uint8(255), uint8(0)
		for _, v := range im.Pix {
			least, most = min(least, v), max(most, v)
		}
		s.least, s.most = [raster.RGB]uint8{least, least, least}, [raster.RGB]uint8{most, most, most}
		return s
	}
	for i := 0; i < len(im.Pix); i += raster.RGB {
		for c, v := range im.Pix[i : i+raster.RGB] {
			s.least[c], s.most[c] = min(s.least[c], v), max(s.most[c], v)
		}
	}
	return s
}

// and returns the ranges of both.
func (s shades) and(t shades) shades {
	switch {
	case !s.any:
		return t
	case !t.any:
		return s
	}
	for c := range s.least {
		s.least[c], s.most[c] = min(s.least[c], t.least[c]), max(s.most[c], t.most[c])
	}
	return s
}

// shows reports whether some channel has more than nearly one value.
func (s shades) shows() bool {
	for c := range s.least {
		if s.any && s.most[c] > s.least[c] && s.most[c]-s.least[c] > nearly {
			return true
		}
	}
	return false
}

// span returns the smallest and the largest value of all channels.
func (s shades) span() (least, most uint8) {
	return min(s.least[0], s.least[1], s.least[2]), max(s.most[0], s.most[1], s.most[2])
}

// noteBlank notes blank images.
func (r *Report) noteBlank(blank int, all shades) {
	least, most := all.span()
	switch {
	case all.any && !all.shows():
		r.note("all images are nearly the same single value (%d to %d of 255): there is nothing to learn from them", least, most)
	case all.any && most <= dark:
		r.note("all images are nearly black: their largest value is %d of 255", most)
	case blank > 0:
		r.note("%s all over nearly a single value", images(blank, "is", "are"))
	}
}
