package evaluate

import (
	"fmt"
	"maps"
	"slices"

	"gorgan/dataset/raster"
	"gorgan/kernels"
	"gorgan/model/streams"
)

// learningSet is the images of a split that a classifier learns from.
type learningSet struct {
	images  Split
	task    Task
	index   []int // in images; nil for all
	classes []int // class of each, which is a place in labels; nil for a pretext task
	labels  []int // in ascending order; for a pretext task, the numbers of its versions
}

// learnable returns the images of a split that a classifier can learn from by a task.
func learnable(images Split, task Task) (learningSet, error) {
	s := learningSet{images: images, task: task}
	if err := images.check(); err != nil {
		return s, err
	}
	if task == ByLabel {
		if err := s.label(); err != nil {
			return s, fmt.Errorf("evaluate: %w", err)
		}
		return s, nil
	}
	n, err := task.versions()
	if err != nil {
		return s, fmt.Errorf("evaluate: recipe: %w", err)
	}
	for k := range n {
		s.labels = append(s.labels, k)
	}
	return s, nil
}

// label finds the images that have labels. It returns an error that wraps ErrNoLabels if there are
// fewer than two labels.
func (s *learningSet) label() error {
	images, place := s.images, map[int]int{}
	for i := range images.Len() {
		if label := images.Label(i); label >= 0 {
			s.index = append(s.index, i)
			place[label] = 0
		}
	}
	s.labels = slices.Sorted(maps.Keys(place))
	if len(s.labels) < 2 {
		return fmt.Errorf("%v: %d labels among %d images, want two or more: %w", images, len(s.labels), images.Len(), ErrNoLabels)
	}
	for k, label := range s.labels {
		place[label] = k
	}
	for _, i := range s.index {
		s.classes = append(s.classes, place[images.Label(i)])
	}
	return nil
}

// Len, width and row are of the images as they are.
func (s learningSet) Len() int {
	if s.task != ByLabel {
		return s.images.Len()
	}
	return len(s.index)
}

func (s learningSet) width() int { return s.images.width() }

func (s learningSet) row(dst []float32, i int) error {
	if s.task != ByLabel {
		return s.images.row(dst, i)
	}
	return s.images.row(dst, s.index[i])
}

// mean returns the mean of the images in all versions, with each version as often as the others.
func (s learningSet) mean() ([]float32, error) {
	mean, err := meanRow(s)
	if err != nil || s.task == ByLabel {
		return mean, err
	}
	all, version := make([]float32, len(mean)), make([]float32, len(mean))
	for k := range s.labels {
		s.task.version(version, mean, s.images.Set.Shape(), k)
		for j, v := range version {
			all[j] += v / float32(len(s.labels))
		}
	}
	return all, nil
}

// show writes image k of s to dst and returns its class. A pretext task makes the version that the
// generator draws for a position of the stream of images. dst and spare have the values of an image.
func (s learningSet) show(dst, spare []float32, k int, position uint64, seed [2]uint32) (class int, err error) {
	if s.task == ByLabel {
		return s.classes[k], s.row(dst, k)
	}
	if err := s.row(spare, k); err != nil {
		return 0, err
	}
	r := kernels.Philox4x32([4]uint32{uint32(position), uint32(streams.Versions), uint32(position >> 32), 0}, seed)
	class = int(r[0] % uint32(len(s.labels)))
	s.task.version(dst, spare, s.images.Set.Shape(), class)
	return class, nil
}

// batch makes the batches of a training.
type batch struct {
	set     learningSet
	shift   int // in pixels
	seed    [2]uint32
	mean    []float32 // that the images are without; nil for none
	targets []int     // the classes of the last batch
}

// fill writes the images of a step, counted from 0, to x (B, values). They are at B successive
// positions of the endless stream that kernels.Image shuffles by seed. Each is moved by -shift to
// shift pixels down and across. The mean is subtracted.
func (b *batch) fill(x []float32, step int) error {
	shape, n := b.set.images.Set.Shape(), len(b.targets)
	values := shape.Values()
	return parallel(n, func(i int) error {
		position := uint64(step)*uint64(n) + uint64(i)
		k := kernels.Image(position, uint32(b.set.Len()), b.seed)
		whole, to := make([]float32, values), x[i*values:][:values]
		var err error
		if b.targets[i], err = b.set.show(whole, to, int(k), position, b.seed); err != nil {
			return err
		}
		r := kernels.Philox4x32([4]uint32{uint32(position), uint32(streams.Shifts), uint32(position >> 32), 0}, b.seed)
		span := uint32(2*b.shift + 1)
		move(to, whole, shape, int(r[0]%span)-b.shift, int(r[1]%span)-b.shift)
		for j, v := range b.mean {
			to[j] -= v
		}
		return nil
	})
}

// move writes the image src of that shape, moved down and across by so many pixels, to dst. New pixels
// repeat the edge. dst and src must not overlap.
func move(dst, src []float32, shape raster.Shape, down, across int) {
	height, width, channels := shape.Height, shape.Width, shape.Channels
	for y := range height {
		from := src[min(max(y-down, 0), height-1)*width*channels:][:width*channels]
		to := dst[y*width*channels:][:width*channels]
		for x := range width {
			at := min(max(x-across, 0), width-1) * channels
			copy(to[x*channels:][:channels], from[at:])
		}
	}
}
