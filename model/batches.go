package model

import (
	"context"

	"gorgonia.org/tensor"

	"gorgan/dataset"
	"gorgan/kernels"
	"gorgan/model/graph"
)

// feed brings the images of a set to the device, batch by batch. Those of a batch follow
// each other in the shuffled order of the set. Of a stacked image each of the channels is
// one of them, as in the protocol of stacked MNIST (Srivastava et al., "VEEGAN", 2017),
// but stacked anew in each epoch.
type feed interface {
	batchSource
	// start begins to read for the steps after done; stop ends that.
	start(ctx context.Context, done uint32, p RunOptions) error
	stop()
	// next prepares the batches of the next step.
	next(ctx context.Context) error
}

func newFeed(g *game, set *dataset.Set) (feed, error) {
	var labels []uint8
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

// gather appends the images of data (images, pixels) that index (Stack*B) names, as a batch
// (B, Config.Values()). A stacked image's channels are images of the set, one after the other.
func (c Config) gather(b *graph.Builder, index, data *graph.Value) *graph.Value {
	return b.Reshape(b.Gather(index, data), c.BatchSize, c.Values())
}

// resident is a set that lies on the device as bytes: a step chooses and gathers its
// batches there.
type resident struct {
	game  *game
	data  *tensor.Dense // (images, pixels)
	label *tensor.Dense // (images), nil without classes
}

func newResident(g *game, set *dataset.Set, labels []uint8) (*resident, error) {
	al := &allocator{dev: g.dev}
	r := &resident{game: g, data: al.bytes(set.Len(), set.Size().Area())}
	al.upload(r.data, set.Bytes())
	if labels != nil {
		r.label = al.bytes(set.Len())
		al.upload(r.label, labels)
	}
	return r, al.err
}

func (r *resident) batch(b *graph.Builder, nth, copies int) (images *graph.Value, labels []*graph.Value) {
	c := r.game.config
	index := b.BatchIndex(r.game.random(b, 0), c.batchImages(), r.data.Shape()[0], c.DisSteps, nth)
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", r.label)))
	}
	return c.gather(b, index, b.Leaf("images", r.data)), labels
}

func (r *resident) start(context.Context, uint32, RunOptions) error { return nil }
func (r *resident) stop()                                           {}
func (r *resident) next(context.Context) error                      { return nil }

// stream is a set too large for memory: a loader reads the images of the same
// batches ahead, and each step's are sent to the device before it.
type stream struct {
	game      *game
	set       *dataset.Set
	loader    *dataset.Loader
	host      []uint8
	data      *tensor.Dense   // (DisSteps*N, pixels), N = Stack*B
	index     []*tensor.Dense // (N) each: of the nth batch, nN, nN+1, ... (n+1)N-1
	setLabels []uint8         // of the whole set, nil without classes
	position  uint64          // in the endless stream of images, of the next step's first
	hostLabel []uint8
	label     *tensor.Dense // (DisSteps*N)
}

func newStream(g *game, set *dataset.Set, labels []uint8) (*stream, error) {
	batch, pixels := g.config.batchImages(), set.Size().Area()
	n := g.config.DisSteps * batch
	al := &allocator{dev: g.dev}
	s := &stream{game: g, set: set, host: make([]uint8, n*pixels), data: al.bytes(n, pixels), setLabels: labels}
	for nth := range g.config.DisSteps {
		s.index = append(s.index, al.sequence(nth*batch, batch))
	}
	if labels != nil {
		s.hostLabel, s.label = make([]uint8, n), al.bytes(n)
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

// image is which of the set's is at a position of the endless stream.
func (s *stream) image(position uint64) int {
	return int(kernels.Image(position, uint32(s.set.Len()), kernels.Key(s.game.config.Seed)))
}

func (s *stream) stop() { s.loader.Close() }

func (s *stream) next(ctx context.Context) error {
	for i := range s.game.config.DisSteps {
		pixels, err := s.loader.Next(ctx)
		if err != nil {
			return err
		}
		copy(s.host[i*len(pixels):], pixels)
	}
	if err := s.game.dev.Upload(s.data, s.host); err != nil || s.label == nil {
		return err
	}
	for i := range s.hostLabel {
		s.hostLabel[i] = s.setLabels[s.image(s.position+uint64(i))]
	}
	s.position += uint64(len(s.hostLabel))
	return s.game.dev.Upload(s.label, s.hostLabel)
}

func (s *stream) batch(b *graph.Builder, nth, copies int) (images *graph.Value, labels []*graph.Value) {
	index := b.Leaf("index", s.index[nth])
	for range copies {
		labels = append(labels, b.Labels(index, b.Leaf("labels", s.label)))
	}
	return s.game.config.gather(b, index, b.Leaf("images", s.data)), labels
}
