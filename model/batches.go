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

func (r *resident) batch(b *graph.Builder, random graph.Random, nth, copies int) (images *graph.Value, labels []*graph.Value) {
	c := r.game.config
	index := b.BatchIndex(random, c.batchImages(), r.data.Shape()[0], c.DisSteps, nth)
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", r.label)))
	}
	return b.Gather(index, b.Leaf("images", r.data), c.Stack), labels
}

func (r *resident) start(context.Context, uint32, RunOptions) error { return nil }
func (r *resident) stop()                                           {}

// next has nothing to prepare.
func (r *resident) next(_ context.Context, most int) (int, error) { return most, nil }

// stream is a set that is too large for memory. A loader reads ahead the images of the same
// batches that a resident set would have. The images of a step are uploaded before the step.
type stream struct {
	game      *game
	set       *dataset.Set
	loader    *dataset.Loader
	host      []uint8
	data      *tensor.Dense   // (DisSteps*N, values), N = Stack*B
	index     []*tensor.Dense // (N) each: the rows of data with the nth batch, nN to (n+1)N-1
	setLabels []uint32        // of the whole set, nil without classes
	position  uint64          // of the next step's first image in the endless stream of images
	hostLabel []uint32
	label     *tensor.Dense // (DisSteps*N)
}

func newStream(g *game, set *dataset.Set, labels []uint32) (*stream, error) {
	batch, values := g.config.batchImages(), set.Shape().Values()
	n := g.config.DisSteps * batch
	al := &allocator{dev: g.dev}
	s := &stream{game: g, set: set, host: make([]uint8, n*values), data: al.bytes(n, values), setLabels: labels}
	for nth := range g.config.DisSteps {
		s.index = append(s.index, al.sequence(nth*batch, batch))
	}
	if labels != nil {
		s.hostLabel, s.label = make([]uint32, n), al.words(n)
	}
	return s, al.err
}

func (s *stream) start(ctx context.Context, done uint32, p RunOptions) (err error) {
	c := s.game.config
	s.position = uint64(done) * uint64(c.DisSteps) * uint64(c.batchImages())
	s.loader, err = dataset.NewLoader(ctx, s.set, dataset.LoaderOptions{
		Batch: c.batchImages(), First: s.position, Order: s.image,
		Readers: p.Readers, Queue: p.Queue,
	})
	return err
}

// image returns the number in the set of the image at a position of the endless stream.
func (s *stream) image(position uint64) int {
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

func (s *stream) batch(b *graph.Builder, _ graph.Random, nth, copies int) (images *graph.Value, labels []*graph.Value) {
	index := b.Leaf("index", s.index[nth])
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", s.label)))
	}
	return b.Gather(index, b.Leaf("images", s.data), s.game.config.Stack), labels
}
