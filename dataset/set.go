package dataset

import (
	"fmt"
	"slices"

	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

const labelRange = "a whole number from 0 to 2147483647"

// Set is an ordered set of images of one shape, each with or without a label. It does not change,
// and is safe for concurrent use.
type Set struct {
	name        string
	shape       raster.Shape
	classes     []string // names of the labels from 0 on, nil if the labels are numbers alone
	labels      labels
	pixels      []byte                        // nil if the set is not kept in memory
	decode      func(dst []byte, i int) error // used if pixels is nil
	readers     int                           // images that are decoded at a time for a view; 0 means 4
	fingerprint string
}

// Len is the number of images.
func (s *Set) Len() int { return s.labels.count }

// Shape is the shape of every image.
func (s *Set) Shape() raster.Shape { return s.shape }

// Name is the source from which the set was opened.
func (s *Set) Name() string { return s.name }

// Classes returns the names of the labels 0, 1, …, in the order of the names. It is nil if the
// source has numbers as labels, or no labels. The names belong to the set: callers must not change
// them.
func (s *Set) Classes() []string { return slices.Clip(s.classes) }

// Label is the label of image i, 0 or more. It is -1 if the image has no label or if there is
// no image i.
func (s *Set) Label(i int) int {
	if i < 0 || i >= s.labels.count {
		return -1
	}
	return s.labels.at(i)
}

// Read writes image i to the start of dst, as a [raster.Image] has its bytes. It fails if there is
// no image i or if dst is too short. For a set that is not kept in memory, it also fails if the
// file can no longer be read; the error then names the file.
func (s *Set) Read(dst []byte, i int) error {
	n := s.shape.Values()
	if i < 0 || i >= s.Len() {
		return fmt.Errorf("dataset: %s: no image %d, want 0 to %d", s.name, i, s.Len()-1)
	}
	if len(dst) < n {
		return fmt.Errorf("dataset: %s: image %d has %d bytes, but the destination has room for %d", s.name, i, n, len(dst))
	}
	if s.pixels == nil {
		return s.decode(dst[:n], i)
	}
	copy(dst, s.pixels[i*n:(i+1)*n])
	return nil
}

// Bytes returns the bytes of all images, one after the other, or nil if the set is not kept in
// memory. They belong to the set: callers must not change them.
func (s *Set) Bytes() []byte { return slices.Clip(s.pixels) }

// Fingerprint is a SHA-256, in hexadecimal, of the count, the shape, the pixels in order and the
// labels. It identifies the data and not the files: the same images have the same fingerprint
// whether they come from an IDX file or from a list of PNG files. The names of the classes are not
// part of it.
func (s *Set) Fingerprint() string { return s.fingerprint }

// FromPixels makes a set of images in memory. pixels are the bytes of one image after the other.
// labels has one number per image, 0 or more, or -1 for no label; nil means that no image has one.
// The set keeps pixels, so the caller must not change them afterwards. It copies labels. Errors
// wrap [content.ErrFormat].
func FromPixels(name string, shape raster.Shape, pixels []byte, labels []int) (*Set, error) {
	if err := shape.Check(); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", name, err)
	}
	n := len(pixels) / shape.Values()
	if n == 0 || len(pixels)%shape.Values() != 0 {
		return nil, fmt.Errorf("dataset: %s: got %d bytes, want one or more images of %v, %d each: %w",
			name, len(pixels), shape, shape.Values(), content.ErrFormat)
	}
	if labels != nil && len(labels) != n {
		return nil, fmt.Errorf("dataset: %s: got %d labels, want one for each of %d images: %w", name, len(labels), n, content.ErrFormat)
	}
	own := unlabelled(n)
	if labels != nil {
		own = labelled(make([]int32, n))
	}
	for i, label := range labels {
		own.each[i] = int32(label)
		if label < -1 || int(own.each[i]) != label {
			return nil, fmt.Errorf("dataset: %s: label of image %d is %d, want %s, or -1 for none: %w", name, i, label, labelRange, content.ErrFormat)
		}
	}
	p := newFingerprint(n, shape)
	p.add(pixels)
	return &Set{name: name, shape: shape, labels: own, pixels: pixels, fingerprint: p.sum(own)}, nil
}
