package dataset

// nearly is how far apart, of 255, the values of a picture that shows nothing may be: JPEG
// changes a value that is the same everywhere by less.
const nearly = 8

// shades is the range of grey values of an image, or of many. The zero value is of none.
type shades struct {
	any         bool
	least, most uint8
}

// shadesOf looks at pixels until they are known to be more than nearly one value.
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

// and is the range of both.
func (s shades) and(t shades) shades {
	switch {
	case !s.any:
		return t
	case !t.any:
		return s
	}
	return shades{true, min(s.least, t.least), max(s.most, t.most)}
}

// shows says whether there is more than nearly one value.
func (s shades) shows() bool { return s.any && s.most > s.least && s.most-s.least > nearly }
