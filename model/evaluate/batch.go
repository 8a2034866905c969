package evaluate

import (
	"fmt"
	"maps"
	"slices"

	"gorgan/kernels"
	"gorgan/model/streams"
)

// labelledSet is the images of a split that have labels.
type labelledSet struct {
	images  Split
	index   []int // in images
	classes []int // class of each, which is a place in labels
	labels  []int // in ascending order
}

func labelled(images Split) (labelledSet, error) {
	if err := images.check(); err != nil {
		return labelledSet{}, err
	}
	s := labelledSet{images: images}
	place := map[int]int{}
	for i := range images.Len() {
		if label := images.Label(i); label >= 0 {
			s.index = append(s.index, i)
			place[label] = 0
		}
	}
	s.labels = slices.Sorted(maps.Keys(place))
	if len(s.labels) < 2 {
		return s, fmt.Errorf("evaluate: %v: %d labels among %d images, want two or more: %w", images, len(s.labels), images.Len(), ErrNoLabels)
	}
	for k, label := range s.labels {
		place[label] = k
	}
	for _, i := range s.index {
		s.classes = append(s.classes, place[images.Label(i)])
	}
	return s, nil
}

// batch makes the batches of a training.
type batch struct {
	set     labelledSet
	shift   int // in pixels
	seed    [2]uint32
	targets []int // the classes of the last batch
}

// fill writes the images of a step, counted from 0, to x (B, pixels). They are at B successive
// positions of the endless stream that kernels.Image shuffles by seed. Each is moved by -shift to
// shift pixels down and across.
func (b *batch) fill(x []float32, step int) error {
	size, n := b.set.images.Set.Shape(), len(b.targets)
	return parallel(n, func(i int) error {
		position := uint64(step)*uint64(n) + uint64(i)
		k := kernels.Image(position, uint32(len(b.set.index)), b.seed)
		b.targets[i] = b.set.classes[k]
		whole := make([]float32, size.Values())
		if err := b.set.images.row(whole, b.set.index[k]); err != nil {
			return err
		}
		r := kernels.Philox4x32([4]uint32{uint32(position), uint32(streams.Shifts), uint32(position >> 32), 0}, b.seed)
		span := uint32(2*b.shift + 1)
		move(x[i*len(whole):][:len(whole)], whole, size.Height, size.Width, int(r[0]%span)-b.shift, int(r[1]%span)-b.shift)
		return nil
	})
}

// move writes the image src, moved down and across, to dst. New pixels repeat the edge. dst and
// src must not overlap.
func move(dst, src []float32, height, width, down, across int) {
	for y := range height {
		from := src[min(max(y-down, 0), height-1)*width:][:width]
		to := dst[y*width:][:width]
		for x := range to {
			to[x] = from[min(max(x-across, 0), width-1)]
		}
	}
}
