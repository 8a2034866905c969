package model

import (
	"context"

	"gorgonia.org/tensor"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/model/graph"
)

// feed brings the images of a set to the device, batch by batch, in the shuffled order of the
// set. Each channel of a stacked image is a grey image of the set, as in the protocol of stacked
// MNIST (Srivastava et al., "VEEGAN", 2017). Unlike there, each epoch stacks other images.
type feed interface {
	batchSource
	// start begins to read images for the steps after done. stop ends the reading.
	start(ctx context.Context, done uint32, p RunOptions) error
	stop()
	// next prepares the batches of the next steps, of at most the given number, and returns their
	// number. It is at least 1.
	next(ctx context.Context, most int) (int, error)
}

func newFeed(g *game, set *dataset.Set) (feed, error) {
	var labels []uint32
	if c := g.config.Classes; c > 0 {
		var err error
		if labels, err = labelsOf(set, c); err != nil {
			return nil, err
		}
	}
	if set.Bytes() != nil {
		return newResident(g, set, labels)
	}
	return newStream(g, set, labels)
}

// resident is a set whose bytes are in device memory. A step chooses and gathers its batches
// there.
type resident struct {
	game  *game
	data  *tensor.Dense // (images, values)
	label *tensor.Dense // (images), nil without classes
}

func newResident(g *game, set *dataset.Set, labels []uint32) (*resident, error) {
	al := &allocator{dev: g.dev}
	r := &resident{game: g, data: al.bytes(set.Len(), set.Shape().Values())}
	al.upload(r.data, set.Bytes())
	if labels != nil {
		r.label = al.words(set.Len())
		al.upload(r.label, labels)
	}
	return r, al.err
}

func (r *resident) index(b *graph.Builder, random graph.Random, nth int) *graph.Value {
	c := r.game.config
	all := b.BatchIndex(random, c.batchImages(), r.data.Shape()[0], c.DisSteps, nth)
	first, n := r.game.share()
	return b.Rows(all, first, n)
}

func (r *resident) batch(b *graph.Builder, index *graph.Value, copies int) (images *graph.Value, labels []*graph.Value) {
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", r.label)))
	}
	return b.Gather(index, b.Leaf("images", r.data), r.game.config.Stack), labels
}

func (r *resident) start(context.Context, uint32, RunOptions) error { return nil }
func (r *resident) stop()                                           {}

// next has nothing to prepare.
func (r *resident) next(_ context.Context, most int) (int, error) { return most, nil }

// stream is a set that is too large for memory. A loader reads ahead the images of the same
// batches that a resident set would have, those of this rank. The images of a step are uploaded before the step.
type stream struct {
	game      *game
	set       *dataset.Set
	loader    *dataset.Loader
	host      []uint8
	data      *tensor.Dense   // (DisSteps*n, values), n images of a batch are this rank's
	rows      []*tensor.Dense // (n) each: the rows of data with the nth batch, n·nth to n·nth+n-1
	setLabels []uint32        // of the whole set, nil without classes
	position  uint64          // of the next step's first image among those of this rank
	hostLabel []uint32
	label     *tensor.Dense // (DisSteps*n)
}

func newStream(g *game, set *dataset.Set, labels []uint32) (*stream, error) {
	_, batch := g.share()
	values := set.Shape().Values()
	n := g.config.DisSteps * batch
	al := &allocator{dev: g.dev}
	s := &stream{game: g, set: set, host: make([]uint8, n*values), data: al.bytes(n, values), setLabels: labels}
	for nth := range g.config.DisSteps {
		s.rows = append(s.rows, al.sequence(nth*batch, batch))
	}
	if labels != nil {
		s.hostLabel, s.label = make([]uint32, n), al.words(n)
	}
	return s, al.err
}

func (s *stream) start(ctx context.Context, done uint32, p RunOptions) (err error) {
	_, batch := s.game.share()
	s.position = uint64(done) * uint64(s.game.config.DisSteps) * uint64(batch)
	s.loader, err = dataset.NewLoader(ctx, s.set, dataset.LoaderOptions{
		Batch: batch, First: s.position, Order: s.image,
		Readers: p.Readers, Queue: p.Queue,
	})
	return err
}

// image returns the number in the set of the image at a position among those of this rank.
func (s *stream) image(position uint64) int {
	first, n := s.game.share()
	batch, at := position/uint64(n), position%uint64(n)
	position = batch*uint64(s.game.config.batchImages()) + uint64(first) + at
	return int(kernels.Image(position, uint32(s.set.Len()), kernels.Key(s.game.config.Seed)))
}

func (s *stream) stop() { s.loader.Close() }

// next uploads the batches of one step, in the place of those of the step before.
func (s *stream) next(ctx context.Context, _ int) (int, error) {
	for i := range s.game.config.DisSteps {
		pixels, err := s.loader.Next(ctx)
		if err != nil {
			return 0, err
		}
		copy(s.host[i*len(pixels):], pixels)
	}
	if err := s.game.dev.Upload(s.data, s.host); err != nil || s.label == nil {
		return 1, err
	}
	for i := range s.hostLabel {
		s.hostLabel[i] = s.setLabels[s.image(s.position+uint64(i))]
	}
	s.position += uint64(len(s.hostLabel))
	return 1, s.game.dev.Upload(s.label, s.hostLabel)
}

func (s *stream) index(b *graph.Builder, _ graph.Random, nth int) *graph.Value {
	return b.Leaf("index", s.rows[nth])
}

func (s *stream) batch(b *graph.Builder, index *graph.Value, copies int) (images *graph.Value, labels []*graph.Value) {
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", s.label)))
	}
	return b.Gather(index, b.Leaf("images", s.data), s.game.config.Stack), labels
}
