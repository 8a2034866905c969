package dataset

import (
	"cmp"
	"context"
	"fmt"

	"gorgan/dataset/raster"
)

// First returns the set of the first n images, as if there were no others. n must be 1 to
// Len. First reads each of these images once, for the fingerprint of the new set. The new set
// shares s's memory and files.
func (s *Set) First(n int) (*Set, error) {
	if n < 1 || n > s.Len() {
		return nil, fmt.Errorf("dataset: %s: the first %d of %d images, want 1 to %d", s.name, n, s.Len(), s.Len())
	}
	first := s.view(s.labels.first(n))
	if s.pixels != nil {
		each := s.shape.Values()
		first.pixels = s.pixels[: n*each : n*each]
	} else {
		first.decode = s.decode
	}
	return first.finished()
}

// Select returns the set of the images that indices names, in that order. It reads each once, for
// the fingerprint. A set that is kept in memory gives one that is, with memory of its own. The new
// set keeps indices, so the caller must not change them afterwards.
func (s *Set) Select(indices []int) (*Set, error) {
	if len(indices) == 0 {
		return nil, fmt.Errorf("dataset: %s: no images are selected, want at least 1", s.name)
	}
	for _, i := range indices {
		if i < 0 || i >= s.Len() {
			return nil, fmt.Errorf("dataset: %s: no image %d, want 0 to %d", s.name, i, s.Len()-1)
		}
	}
	selected := s.view(s.labels.selected(indices))
	selected.decode = func(dst []byte, i int) error { return s.Read(dst, indices[i]) }
	return selected.keptAs(s)
}

// Mirrored returns the set of s's images and, behind them, the same images with left and right
// exchanged. It reads each once, for the fingerprint. A set that is kept in memory gives one that
// is, with memory of its own.
func (s *Set) Mirrored() (*Set, error) {
	n := s.Len()
	both := make([]int, 2*n)
	for i := range both {
		both[i] = i % n
	}
	mirrored := s.view(s.labels.selected(both))
	mirrored.decode = func(dst []byte, i int) error {
		if err := s.Read(dst, i%n); err != nil || i < n {
			return err
		}
		copy(dst, raster.Image{Shape: s.shape, Pix: dst[:s.shape.Values()]}.Mirrored().Pix)
		return nil
	}
	return mirrored.keptAs(s)
}

// view returns a set with s's name, shape and classes, and with labels of its own. It has no
// images yet.
func (s *Set) view(l labels) *Set {
	return &Set{name: s.name, shape: s.shape, classes: s.classes, labels: l, readers: s.readers}
}

// keptAs keeps the images of s in memory if those of other are there, and completes s.
func (s *Set) keptAs(other *Set) (*Set, error) {
	if other.pixels != nil {
		each := s.shape.Values()
		pixels := make([]byte, s.Len()*each)
		for i := range s.Len() {
			if err := s.decode(pixels[i*each:][:each], i); err != nil {
				return nil, err
			}
		}
		s.pixels, s.decode = pixels, nil
	}
	return s.finished()
}

// finished computes the fingerprint.
func (s *Set) finished() (*Set, error) {
	p := newFingerprint(s.Len(), s.shape)
	if s.pixels != nil {
		p.add(s.pixels)
	} else if err := s.decoded(p.add); err != nil {
		return nil, err
	}
	s.fingerprint = p.sum(s.labels)
	return s, nil
}

// Named returns the set with names for its labels 0, 1, …. It shares s's memory and files. The
// caller must not change the names afterwards. It returns an error if a label has no name.
func (s *Set) Named(classes []string) (*Set, error) {
	for i := range s.Len() {
		if label := s.Label(i); label >= len(classes) {
			return nil, fmt.Errorf("dataset: %s: image %d has label %d, and there are names for %d labels", s.name, i, label, len(classes))
		}
	}
	named := *s
	named.classes = classes
	return &named, nil
}

// decoded gives all images to add, in their order. It decodes several at a time.
func (s *Set) decoded(add func(image []byte)) error {
	work := func(i int) ([]byte, error) {
		image := make([]byte, s.shape.Values())
		return image, s.decode(image, i)
	}
	consume := func(_ context.Context, image []byte) error {
		add(image)
		return nil
	}
	return ordered(context.Background(), cmp.Or(s.readers, defaultReaders), upTo(s.Len()), work, consume)
}
