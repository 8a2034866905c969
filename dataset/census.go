package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"

	"gorgan/dataset/raster"
)

// census takes the images of a list in their order and makes the set and the report.
//
// A set has a single size. The census assumes the size of the first image, so it gathers
// pixels and fingerprint from the start. It drops them at the first sign that there will be
// no set, because then only the problems matter.
type census struct {
	list        *listed
	report      *Report
	sizes       *sizes
	byPath      map[string]int // the line that listed a path first
	byContent   map[[sha256.Size]byte]int
	looks       looks
	set         *Set // nil once there will be none
	fingerprint fingerprint
}

// newCensus returns a census whose report has the list's bad lines.
func newCensus(l *listed, report *Report) *census {
	n := len(l.entries)
	report.Entries = n + report.found()
	c := &census{
		list:      l,
		report:    report,
		sizes:     newSizes(n),
		byPath:    map[string]int{}, // these grow with the images that are really there
		byContent: map[[sha256.Size]byte]int{},
	}
	if report.OK() {
		c.set = &Set{name: report.Source, labels: wideLabels(make([]int32, n))}
	}
	return c
}

// add takes the next image.
func (c *census) add(_ context.Context, img checked) error {
	i := img.index
	defer c.list.options.Progress(i+1, len(c.list.entries))
	if img.err != nil {
		c.report.find(c.list.problem(i, img.err))
		c.set = nil
		return nil
	}
	c.sizes.set(i, img.from, img.channels)
	c.looks.add(img.decoded)
	c.compare(img)
	c.gather(img)
	return nil
}

// compare adds a problem if the image was listed before.
func (c *census) compare(img checked) {
	entry, path, content := c.list.entries[img.index], c.list.path(img.index), contentKey(img.grey)
	first, copied := c.byContent[content]
	if copied {
		c.report.Identical++
	} else {
		c.byContent[content] = img.index
	}
	detail := "same pixels as line %d"
	if same, listed := c.byPath[path]; listed {
		first, copied, detail = same, true, "same path as line %d"
	} else {
		c.byPath[path] = img.index
	}
	if !copied {
		return
	}
	original := c.list.entries[first]
	detail = fmt.Sprintf(detail, original.Line)
	if original.Label != entry.Label {
		detail += ", but another label"
	}
	c.report.find(Problem{entry.Line, entry.Path, KindDuplicate, detail})
}

// gather adds an image to the future set.
func (c *census) gather(img checked) {
	if c.set == nil {
		return
	}
	s, size, n := c.set, sizeOf(img.grey), len(c.list.entries)
	if img.index == 0 {
		s.shape = raster.Grey(size)
		c.fingerprint = newFingerprint(n, raster.Grey(size))
		if c.list.options.fits(int64(n) * int64(size.Area())) {
			s.pixels = make([]byte, n*size.Area())
		} else {
			s.decode = c.list.decoder(size)
		}
	}
	if size != s.shape.Size {
		c.set = nil
		return
	}
	c.fingerprint.add(img.grey.Pix)
	s.labels.wide[img.index] = int32(c.list.entries[img.index].Label)
	if s.pixels != nil {
		copy(s.pixels[img.index*size.Area():], img.grey.Pix)
	}
}

// close completes the report. The set is nil if it cannot be trained on.
func (c *census) close() (*Set, *Report) {
	r := c.report
	usual := c.sizes.usual()
	r.Size = c.list.options.target(usual)
	r.Channels, r.Classes = map[int]int{}, map[int]int{}
	for _, k := range c.sizes.kinds {
		if c.list.options.target(k.size) == r.Size {
			r.Images += k.images
			for channels, n := range k.channels {
				r.Channels[channels] += n
			}
		}
	}
	for i, entry := range c.list.entries {
		size := c.sizes.get(i)
		switch {
		case size == (raster.Size{}):
		case c.list.options.target(size) != r.Size:
			r.find(Problem{entry.Line, entry.Path, KindWrongSize,
				fmt.Sprintf("image is %v, want %v, the most common size; --resize makes them the same", size, usual)})
		default:
			r.count(entry.Label)
		}
	}
	r.sortProblems()
	c.looks.tell(r)
	r.noteClasses()
	r.noteDuplicates()
	if c.set != nil {
		c.set.fingerprint = c.fingerprint.sum(c.set.labels)
		r.describe(c.set)
	}
	return c.set, r
}
