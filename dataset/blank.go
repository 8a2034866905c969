package dataset

// nearly is the largest difference, of 255, between the values of a blank picture. JPEG
// changes the values of an image of one colour by less.
const nearly = 8

// shades is the range of grey values of one or more images. The zero value is for no image.
type shades struct {
	any         bool
	least, most uint8
}

// shadesOf reads pixels until they are known to have more than nearly one value.
func shadesOf(pixels []byte) shades {
	s := shades{any: len(pixels) > 0, least: 255}
	for _, p := range pixels {
		s.least, s.most = min(s.least, p), max(s.most, p)
		if s.shows() {
			break
		}
	}
	return s
}

// and returns the range of both.
func (s shades) and(t shades) shades {
	switch {
	case !s.any:
		return t
	case !t.any:
		return s
	}
	return shades{true, min(s.least, t.least), max(s.most, t.most)}
}

// shows reports whether there is more than nearly one value.
func (s shades) shows() bool { return s.any && s.most > s.least && s.most-s.least > nearly }
