package dataset

import (
	"fmt"
	"slices"
)

// Set is an ordered set of grey images of one size, each with a label or without.
// It does not change, and is safe for concurrent use.
type Set struct {
	name        string
	size        Size
	labels      labels
	pixels      []byte                        // nil when the set is not kept in memory
	decode      func(dst []byte, i int) error // used when pixels is nil
	fingerprint string
}

// Len is the number of images.
func (s *Set) Len() int { return s.labels.count }

// Size is the size of every image.
func (s *Set) Size() Size { return s.size }

// Name is the source the set was opened from.
func (s *Set) Name() string { return s.name }

// Label is the label of image i, 0 or more, or -1 when it has none or there is no image i.
func (s *Set) Label(i int) int {
	if i < 0 || i >= s.labels.count {
		return -1
	}
	return s.labels.at(i)
}

// Pixels writes the Height*Width grey bytes of image i to the start of dst, row-major. It
// fails when there is no image i, when dst is too short, and, for a set that is not kept in
// memory, when the file can no longer be read; the error then names the file.
func (s *Set) Pixels(dst []byte, i int) error {
	n := s.size.Pixels()
	if i < 0 || i >= s.Len() {
		return fmt.Errorf("dataset: %s: no image %d, want 0 to %d", s.name, i, s.Len()-1)
	}
	if len(dst) < n {
		return fmt.Errorf("dataset: %s: image %d has %d pixels, but the destination has room for %d", s.name, i, n, len(dst))
	}
	if s.pixels == nil {
		return s.decode(dst[:n], i)
	}
	copy(dst, s.pixels[i*n:(i+1)*n])
	return nil
}

// Bytes is the pixels of all images, one after the other, when the set is kept in memory, and
// nil otherwise. They belong to the set: callers only read them.
func (s *Set) Bytes() []byte { return slices.Clip(s.pixels) }

// Fingerprint is a SHA-256 in hexadecimal of the count, the size, the pixels in order and the
// labels. It tells the data apart, not the files: the same images read from an IDX file and
// from a list of PNG files have the same fingerprint.
func (s *Set) Fingerprint() string { return s.fingerprint }

// FromPixels makes a set of images in memory: pixels are the grey bytes of one image after
// the other, labels one number per image, 0 or more or -1 for none, or nil for none at all.
// The set keeps pixels, which must not be changed afterwards, and copies labels.
func FromPixels(name string, size Size, pixels []byte, labels []int) (*Set, error) {
	if err := size.check(); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", name, err)
	}
	n := len(pixels) / size.Pixels()
	if n == 0 || len(pixels)%size.Pixels() != 0 {
		return nil, fmt.Errorf("dataset: %s: got %d pixels, want one or more images of %v, %d each: %w",
			name, len(pixels), size, size.Pixels(), ErrFormat)
	}
	if labels != nil && len(labels) != n {
		return nil, fmt.Errorf("dataset: %s: got %d labels, want one for each of %d images: %w", name, len(labels), n, ErrFormat)
	}
	own := unlabelled(n)
	if labels != nil {
		own = wideLabels(make([]int32, n))
	}
	for i, label := range labels {
		own.wide[i] = int32(label)
		if label < -1 || int(own.wide[i]) != label {
			return nil, fmt.Errorf("dataset: %s: label of image %d is %d, want %s, or -1 for none: %w", name, i, label, labelRange, ErrFormat)
		}
	}
	p := newFingerprint(n, size)
	p.add(pixels)
	return &Set{name: name, size: size, labels: own, pixels: pixels, fingerprint: p.sum(own)}, nil
}
