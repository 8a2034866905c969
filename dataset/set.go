package dataset

import (
	"fmt"
	"slices"
)

// Set is an ordered set of grey images of one size, each with or without a label. It does not
// change, and is safe for concurrent use.
type Set struct {
	name        string
	size        Size
	labels      labels
	pixels      []byte                        // nil if the set is not kept in memory
	decode      func(dst []byte, i int) error // used if pixels is nil
	fingerprint string
}

// Len is the number of images.
func (s *Set) Len() int { return s.labels.count }

// Size is the size of every image.
func (s *Set) Size() Size { return s.size }

// Name is the source from which the set was opened.
func (s *Set) Name() string { return s.name }

// Label is the label of image i, 0 or more. It is -1 if the image has no label or if there is
// no image i.
func (s *Set) Label(i int) int {
	if i < 0 || i >= s.labels.count {
		return -1
	}
	return s.labels.at(i)
}

// Read writes the Height*Width grey bytes of image i to the start of dst, row-major. It
// fails if there is no image i or if dst is too short. For a set that is not kept in memory, it
// also fails if the file can no longer be read; the error then names the file.
func (s *Set) Read(dst []byte, i int) error {
	n := s.size.Area()
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

// Bytes returns the pixels of all images, one after the other, or nil if the set is not kept
// in memory. They belong to the set: callers must not change them.
func (s *Set) Bytes() []byte { return slices.Clip(s.pixels) }

// Fingerprint is a SHA-256, in hexadecimal, of the count, the size, the pixels in order and the
// labels. It identifies the data and not the files: the same images have the same fingerprint
// whether they come from an IDX file or from a list of PNG files.
func (s *Set) Fingerprint() string { return s.fingerprint }

// FromPixels makes a set of images in memory. pixels are the grey bytes of one image after the
// other. labels has one number per image, 0 or more, or -1 for no label; nil means that no
// image has one. The set keeps pixels, so the caller must not change them afterwards. It copies
// labels. Errors wrap [ErrFormat].
func FromPixels(name string, size Size, pixels []byte, labels []int) (*Set, error) {
	if err := size.check(); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", name, err)
	}
	n := len(pixels) / size.Area()
	if n == 0 || len(pixels)%size.Area() != 0 {
		return nil, fmt.Errorf("dataset: %s: got %d pixels, want one or more images of %v, %d each: %w",
			name, len(pixels), size, size.Area(), ErrFormat)
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
