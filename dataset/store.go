package dataset

import "gorgan/dataset/raster"

// store gathers the images of a set in their order: their bytes, unless they are too many, and
// else their fingerprint.
//
// Whether the set is grey is known only at the end. So the store begins grey, widens to colours at
// the first image that is not exactly grey, and narrows again if no image was visibly coloured.
type store struct {
	options  Options
	expected int  // images, at most
	keeps    bool // the pixels are kept
	shape    raster.Shape
	auto     bool // the images choose the channels
	coloured bool // some image is visibly coloured
	count    int
	adopted  bool   // pixels are the source's own
	pixels   []byte // nil if they are not kept, or before the first image
	// The fingerprints of images that are not kept: of them as grey, and in colours.
	grey, colours fingerprint
}

// newStore returns a store for the images of d, each of that size.
func newStore(o Options, d described, size raster.Size) *store {
	s := &store{options: o, expected: d.count(), shape: raster.Grey(size), auto: o.Channels == 0}
	if o.Channels == raster.RGB {
		s.shape.Channels = raster.RGB
	}
	switch {
	case d.pixels != nil && d.shape.Size == size && (s.auto || d.shape.Channels == s.shape.Channels):
		s.shape, s.pixels, s.adopted, s.keeps = d.shape, d.pixels, true, true
	case s.fits():
		s.keeps = true
	default:
		s.hashInstead()
	}
	return s
}

func (s *store) fits() bool { return s.options.fits(int64(s.expected) * int64(s.shape.Values())) }

// add takes the next image, which has the store's size.
func (s *store) add(im raster.Image, coloured bool) {
	s.coloured = s.coloured || coloured
	if s.keeps && im.Channels > s.shape.Channels {
		s.widen()
	}
	if s.keeps && s.pixels == nil {
		// One image is there, so that the others are not only claimed. The system gives the memory as
		// they come.
		s.pixels = make([]byte, s.expected*s.shape.Values())
	}
	switch n := s.shape.Values(); {
	case !s.keeps:
		s.hash(im)
	case s.adopted:
	case s.shape.Channels == raster.RGB:
		copy(s.pixels[s.count*n:], im.RGB().Pix)
	default:
		copy(s.pixels[s.count*n:], im.Pix)
	}
	s.count++
}

// widen turns the grey images so far into colours.
func (s *store) widen() {
	so, each := raster.Image{Shape: s.shape, Pix: s.pixels}, s.shape.Values()
	s.shape.Channels = raster.RGB
	if !s.fits() {
		s.keeps = false
		s.hashInstead()
		for i := range s.count {
			so.Pix = s.pixels[i*each:][:each]
			s.hash(so)
		}
		s.pixels = nil
		return
	}
	if s.count == 0 {
		return
	}
	s.pixels = make([]byte, s.expected*s.shape.Values())
	for i, v := range so.Pix[:s.count*each] {
		for c := range raster.RGB {
			s.pixels[raster.RGB*i+c] = v
		}
	}
}

// hashInstead begins the fingerprints of images that are not kept.
func (s *store) hashInstead() {
	s.grey = newFingerprint(s.expected, raster.Grey(s.shape.Size))
	s.colours = newFingerprint(s.expected, raster.Shape{Size: s.shape.Size, Channels: raster.RGB})
}

// hash adds an image to the fingerprints that the set may have.
func (s *store) hash(im raster.Image) {
	if s.auto || s.shape.Channels == 1 {
		s.grey.add(im.Grey().Pix)
	}
	if s.auto || s.shape.Channels == raster.RGB {
		s.colours.add(im.RGB().Pix)
	}
}

// finish gives the set its shape, its images and its fingerprint. decode reads image i of the set
// as the source has it.
func (s *store) finish(set *Set, decode func(i int) (raster.Image, error)) (*Set, error) {
	if s.auto {
		s.shape.Channels = 1
		if s.coloured {
			s.shape.Channels = raster.RGB
		}
	}
	set.shape = s.shape
	if !s.keeps {
		set.readers = s.options.Readers
		set.decode = func(dst []byte, i int) error {
			im, err := decode(i)
			if err == nil {
				copy(dst, in(im, s.shape.Channels).Pix)
			}
			return err
		}
		if s.count < s.expected {
			return set.finished()
		}
		print := s.grey
		if s.shape.Channels == raster.RGB {
			print = s.colours
		}
		set.fingerprint = print.sum(set.labels)
		return set, nil
	}
	held := len(s.pixels) / s.expected / s.shape.Area() // channels of pixels
	all := raster.Image{Shape: raster.Shape{Size: raster.Size{Height: s.count * s.shape.Height, Width: s.shape.Width}, Channels: held}}
	all.Pix = s.pixels[:all.Values()]
	set.pixels = in(all, s.shape.Channels).Pix
	return set.finished()
}

// in returns an image with that many channels.
func in(im raster.Image, channels int) raster.Image {
	if channels == 1 {
		return im.Grey()
	}
	return im.RGB()
}
