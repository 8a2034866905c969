package model

import (
	"context"

	"gorgonia.org/tensor"

	"gorgan/dataset"
	"gorgan/kernels"
)

// feed brings the images of a set to the device, batch by batch.
type feed interface {
	batchSource
	// start begins to read for the steps after done; stop ends that.
	start(ctx context.Context, done uint32, p Plan) error
	stop()
	// next prepares the batches of the next step.
	next(ctx context.Context) error
}

func newFeed(g *game, set *dataset.Set) (feed, error) {
	if set.Bytes() != nil {
		return newResident(g, set)
	}
	return newStream(g, set)
}

// resident is a set that lies on the device as bytes: a step chooses and gathers its
// batches there.
type resident struct {
	game  *game
	data  *tensor.Dense // (images, pixels)
	index *tensor.Dense // (B)
}

func newResident(g *game, set *dataset.Set) (*resident, error) {
	data, err := g.dev.New(tensor.Uint8, set.Len(), g.config.Pixels())
	if err != nil {
		return nil, err
	}
	if err := g.dev.Upload(data, set.Bytes()); err != nil {
		return nil, err
	}
	index, err := g.dev.New(tensor.Uint32, g.config.BatchSize)
	return &resident{g, data, index}, err
}

func (r *resident) batch(dst *tensor.Dense, nth int) error {
	g := r.game
	if err := kernels.NewBatch(g.dev, r.index, g.key, g.clock, r.data.Shape()[0], g.config.DisSteps, nth); err != nil {
		return err
	}
	return kernels.Gather(g.dev, dst, r.index, r.data)
}

func (r *resident) start(context.Context, uint32, Plan) error { return nil }
func (r *resident) stop()                                     {}
func (r *resident) next(context.Context) error                { return nil }

// stream is a set too large for memory: a loader reads the images of the same
// batches ahead, and each step's are sent to the device before it.
type stream struct {
	game   *game
	set    *dataset.Set
	loader *dataset.Loader
	host   []uint8
	data   *tensor.Dense   // (DisSteps*B, pixels)
	index  []*tensor.Dense // (B) each: of the nth batch, nB, nB+1, ... (n+1)B-1
}

func newStream(g *game, set *dataset.Set) (*stream, error) {
	n := g.config.DisSteps * g.config.BatchSize
	s := &stream{game: g, set: set, host: make([]uint8, n*g.config.Pixels())}
	var err error
	if s.data, err = g.dev.New(tensor.Uint8, n, g.config.Pixels()); err != nil {
		return nil, err
	}
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	for b := g.config.BatchSize; len(order) > 0; order = order[b:] {
		index, err := g.dev.New(tensor.Uint32, b)
		if err != nil {
			return nil, err
		}
		if err := g.dev.Upload(index, order[:b]); err != nil {
			return nil, err
		}
		s.index = append(s.index, index)
	}
	return s, nil
}

func (s *stream) start(ctx context.Context, done uint32, p Plan) (err error) {
	c := s.game.config
	key, n := kernels.Key(c.Seed), uint32(s.set.Len())
	s.loader, err = dataset.NewLoader(ctx, s.set, dataset.LoaderOptions{
		Batch: c.BatchSize,
		First: uint64(done) * uint64(c.DisSteps) * uint64(c.BatchSize),
		Order: func(position uint64) int { return int(kernels.Image(position, n, key)) },

		Readers: p.Readers, Queue: p.Queue,
	})
	return err
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
	return s.game.dev.Upload(s.data, s.host)
}

func (s *stream) batch(dst *tensor.Dense, nth int) error {
	return kernels.Gather(s.game.dev, dst, s.index[nth], s.data)
}
