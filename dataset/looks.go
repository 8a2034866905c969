package dataset

import (
	"cmp"
	"fmt"

	"gorgan/dataset/raster"
)

// looks counts what stands out in the images of a source.
type looks struct {
	images                            int
	coloured, alpha, turned, animated int
	blank                             int
	enlarged                          int // smaller than in the set
	reshaped                          int // of another aspect ratio than in the set
	cut                               int // cropped to less than half
	shades                            shades
	smallest, largest                 raster.Size // by area, then by height
	sizes                             map[raster.Size]struct{}
}

// maxSizes is the number of sizes that are told apart.
const maxSizes = 10_000

// add takes the next image of a set whose images have that size.
func (l *looks) add(img checked, size raster.Size) {
	for _, c := range []struct {
		is    bool
		count *int
	}{
		{true, &l.images}, {img.coloured, &l.coloured}, {img.alpha, &l.alpha}, {img.turned, &l.turned}, {img.frames > 1, &l.animated},
		{len(img.Pix) > 1 && !img.shades.shows(), &l.blank},
		{img.stored.Height < size.Height || img.stored.Width < size.Width, &l.enlarged},
		{img.stored.Height*size.Width != img.stored.Width*size.Height, &l.reshaped},
		{kept(img.stored, size) < 0.5, &l.cut},
	} {
		if c.is {
			*c.count++
		}
	}
	l.shades = l.shades.and(img.shades)
	if l.images == 1 || larger(l.smallest, img.stored) {
		l.smallest = img.stored
	}
	if larger(img.stored, l.largest) {
		l.largest = img.stored
	}
	if l.sizes == nil {
		l.sizes = map[raster.Size]struct{}{}
	}
	if len(l.sizes) < maxSizes {
		l.sizes[img.stored] = struct{}{}
	}
}

// kept is the part of an image that a crop to the aspect ratio of size keeps.
func kept(stored, size raster.Size) float64 {
	ratio := float64(stored.Height) * float64(size.Width) / (float64(stored.Width) * float64(size.Height))
	return min(ratio, 1/ratio)
}

// tell adds the notes to the report.
func (l *looks) tell(r *Report, o Options, size raster.Size) {
	if l.images == 0 {
		return
	}
	r.Alpha, r.Turned, r.Smallest, r.Largest = l.alpha, l.turned, l.smallest, l.largest
	r.Least, r.Most = l.shades.span()
	if len(l.sizes) > 1 || l.smallest != size {
		how := ""
		if l.reshaped > 0 {
			how = fmt.Sprintf("; %s another aspect ratio and %s", images(l.reshaped, "has", "have"), fitting(o.Fit, l.reshaped))
		}
		r.note("%s %v: each becomes %v%s", l.span(), l.smallest, size, how)
	}
	if l.enlarged > 0 {
		r.note("%s smaller than %v and enlarged", images(l.enlarged, "is", "are"), size)
	}
	if l.cut > 0 && o.Fit == raster.Crop {
		r.note("%s cropped to less than half: --fit pad keeps all of %s", images(l.cut, "is", "are"), plural(l.cut, "it", "them"))
	}
	if l.coloured > 0 && o.Channels == 1 {
		r.note("%s in colour and %s grey", images(l.coloured, "is", "are"), plural(l.coloured, "becomes", "become"))
	}
	if l.alpha > 0 {
		r.note("%s transparent in places: the background there is %s", images(l.alpha, "is", "are"), colour(o.Background))
	}
	if l.turned > 0 {
		r.note("%s turned as %s EXIF orientation says", images(l.turned, "is", "are"), plural(l.turned, "its", "their"))
	}
	if l.animated > 0 {
		r.note("%s animated or of several pages: the first is used", images(l.animated, "is", "are"))
	}
	r.noteBlank(l.blank, l.shades)
}

// larger reports whether a has more pixels than b, or as many and more rows.
func larger(a, b raster.Size) bool {
	return cmp.Or(cmp.Compare(a.Area(), b.Area()), cmp.Compare(a.Height, b.Height)) > 0
}

// span says how many sizes the files have.
func (l *looks) span() string {
	switch {
	case len(l.sizes) == 1:
		return "images are stored as"
	case len(l.sizes) == maxSizes:
		return fmt.Sprintf("images have %d sizes or more, the largest %v and the smallest", maxSizes, l.largest)
	}
	return fmt.Sprintf("images have %d sizes, the largest %v and the smallest", len(l.sizes), l.largest)
}

// fitting says what becomes of n images of another aspect ratio.
func fitting(f raster.Fit, n int) string {
	switch f {
	case raster.Pad:
		return plural(n, "gets a border", "get a border")
	case raster.Stretch:
		return plural(n, "is stretched", "are stretched")
	}
	return plural(n, "is cropped to its centre", "are cropped to their centre")
}

// colour writes a colour as the flags take it.
func colour(c [3]uint8) string {
	switch c {
	case [3]uint8{}:
		return "black"
	case [3]uint8{255, 255, 255}:
		return "white"
	}
	return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2])
}
