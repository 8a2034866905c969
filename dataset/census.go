package dataset

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
)

// census takes the images of a list in their order and makes the set and the report of them.
//
// A set has a single size. As the first image's is as good a guess as any, its pixels and
// fingerprint are gathered from the start, and dropped at the first sign that there will be
// no set: then only the problems matter.
type census struct {
	list        *listed
	report      *Report
	sizes       []Size // of each entry, zero when unreadable
	channels    []int
	byPath      map[string]int // the line that listed a path first
	byContent   map[[sha256.Size]byte]int
	set         *Set // nil once there will be none
	fingerprint fingerprint
}

func newCensus(src string, l *listed, problems []Problem) *census {
	n := len(l.entries)
	c := &census{
		list:      l,
		report:    &Report{Source: src, Kind: "list", Entries: n + len(problems), Problems: problems},
		sizes:     make([]Size, n),
		channels:  make([]int, n),
		byPath:    make(map[string]int, n),
		byContent: make(map[[sha256.Size]byte]int, n),
	}
	if len(problems) == 0 {
		c.set = &Set{name: src, labels: make([]int32, n)}
	}
	return c
}

// add takes the next image.
func (c *census) add(_ context.Context, img checked) error {
	i := img.index
	defer c.list.options.Progress(i+1, len(c.list.entries))
	if img.err != nil {
		c.report.Problems = append(c.report.Problems, c.list.problem(i, img.err))
		c.set = nil
		return nil
	}
	c.sizes[i], c.channels[i] = img.from, img.channels
	c.compare(img)
	c.gather(img)
	return nil
}

// compare reports an image that was listed before.
func (c *census) compare(img checked) {
	entry, path, content := c.list.entries[img.index], c.list.paths[img.index], contentKey(img.grey)
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
	c.report.Problems = append(c.report.Problems, Problem{entry.Line, entry.Path, KindDuplicate, detail})
}

// gather adds an image to the set to be.
func (c *census) gather(img checked) {
	if c.set == nil {
		return
	}
	s, size, n := c.set, sizeOf(img.grey), len(c.list.entries)
	if img.index == 0 {
		s.size = size
		c.fingerprint = newFingerprint(n, size)
		if c.list.options.fits(n, size) {
			s.pixels = make([]byte, n*size.Pixels())
		} else {
			s.decode = c.list.decoder(size)
		}
	}
	if size != s.size {
		c.set = nil
		return
	}
	c.fingerprint.add(img.grey.Pix)
	s.labels[img.index] = int32(c.list.entries[img.index].Label)
	if s.pixels != nil {
		copy(s.pixels[img.index*size.Pixels():], img.grey.Pix)
	}
}

// close completes the report; the set is nil when it cannot be trained on.
func (c *census) close() (*Set, *Report) {
	r := c.report
	usual := c.usualSize()
	r.Size = c.list.options.target(usual)
	r.Channels, r.Classes = map[int]int{}, map[int]int{}
	for i, size := range c.sizes {
		entry := c.list.entries[i]
		switch {
		case size == (Size{}):
			continue
		case c.list.options.target(size) != r.Size:
			r.Problems = append(r.Problems, Problem{entry.Line, entry.Path, KindWrongSize,
				fmt.Sprintf("image is %v, expected %v, the most common size; --resize makes them the same", size, usual)})
			continue
		}
		r.Images++
		r.Channels[c.channels[i]]++
		r.count(entry.Label)
	}
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	if c.set != nil {
		c.set.fingerprint = c.fingerprint.sum(c.set.labels)
		r.describe(c.set)
	}
	return c.set, r
}

// usualSize is the most common size, of several the one listed first.
func (c *census) usualSize() (usual Size) {
	number := map[Size]int{}
	for _, size := range c.sizes {
		if size != (Size{}) {
			number[size]++
		}
	}
	for _, size := range c.sizes {
		if number[size] > number[usual] {
			usual = size
		}
	}
	return usual
}
