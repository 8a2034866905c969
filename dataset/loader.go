package dataset

import (
	"context"
	"errors"
	"fmt"
)

const defaultQueue = 8

var errClosed = errors.New("dataset: loader is closed")

// LoaderOptions choose the batches of a [Loader].
type LoaderOptions struct {
	// Batch is the number of images in a batch: at least 1, at most the set's.
	Batch int
	// First is the position of the first image in the endless stream of images. A run that
	// resumes after k batches starts at k*Batch.
	First uint64
	// Order returns the image at a position. It is called from one goroutine, with First,
	// First+1, First+2 and so on. If it is nil, the images come in the set's order, over and
	// over.
	Order func(position uint64) (index int)
	// Readers is the number of batches that are filled at a time; 0 means 4.
	Readers int
	// Queue is the number of batches that are kept ready; 0 means 8.
	Queue int
}

// Loader streams batches of a set and fills them in the background. All batches are full,
// because the stream continues from one epoch to the next.
type Loader struct {
	parent context.Context
	ctx    context.Context
	cancel context.CancelFunc
	free   chan *batch // has room for all batches
	ready  chan *batch // in stream order
	held   *batch      // lent by Next
	done   chan struct{}
	err    error // why the stream ended; read it after done
}

type batch struct {
	indices []int
	pixels  []byte
}

// NewLoader starts a loader. The caller must close it. Cancelling ctx stops it too.
func NewLoader(ctx context.Context, set *Set, o LoaderOptions) (*Loader, error) {
	if set == nil {
		return nil, errors.New("dataset: loader: no set")
	}
	if o.Batch <= 0 {
		return nil, fmt.Errorf("dataset: %s: batch is %d, want at least 1", set.Name(), o.Batch)
	}
	if o.Batch > set.Len() {
		return nil, fmt.Errorf("dataset: %s: batch is %d, want at most the %d images there are", set.Name(), o.Batch, set.Len())
	}
	if o.Order == nil {
		n := uint64(set.Len())
		o.Order = func(position uint64) int { return int(position % n) }
	}
	if o.Readers <= 0 {
		o.Readers = defaultReaders
	}
	if o.Queue <= 0 {
		o.Queue = defaultQueue
	}
	buffers := o.Queue + o.Readers + 1 // ready, being filled, lent
	l := &Loader{
		parent: ctx,
		free:   make(chan *batch, buffers),
		ready:  make(chan *batch, o.Queue),
		done:   make(chan struct{}),
	}
	l.ctx, l.cancel = context.WithCancel(ctx)
	for range buffers {
		l.free <- &batch{make([]int, o.Batch), make([]byte, o.Batch*set.Shape().Values())}
	}
	go func() {
		defer close(l.done)
		defer close(l.ready)
		l.err = ordered(l.ctx, o.Readers, l.draw(set, o), l.fill(set), l.offer)
	}()
	return l, nil
}

// draw chooses the images of the next batch.
func (l *Loader) draw(set *Set, o LoaderOptions) func(context.Context) (*batch, error) {
	position := o.First
	return func(ctx context.Context) (*batch, error) {
		var b *batch
		select {
		case b = <-l.free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		for k := range b.indices {
			i := o.Order(position)
			if i < 0 || i >= set.Len() {
				return nil, fmt.Errorf("dataset: %s: order gives image %d at position %d, want 0 to %d", set.Name(), i, position, set.Len()-1)
			}
			b.indices[k] = i
			position++
		}
		return b, nil
	}
}

// fill reads a batch's images.
func (l *Loader) fill(set *Set) func(*batch) (*batch, error) {
	n := set.Shape().Values()
	return func(b *batch) (*batch, error) {
		for k, i := range b.indices {
			if err := l.ctx.Err(); err != nil {
				return nil, err
			}
			if err := set.Read(b.pixels[k*n:(k+1)*n], i); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
}

// offer queues a batch for Next.
func (l *Loader) offer(ctx context.Context, b *batch) error {
	select {
	case l.ready <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Next returns the next batch: the bytes of Batch images, one image after the other. They are
// valid until the next call. Next waits for a batch. If ctx or the loader's context is
// cancelled, it returns that context's Err. An image that can no longer be read ends the
// stream with an error that names its file. Only one goroutine at a time may call Next.
func (l *Loader) Next(ctx context.Context) ([]byte, error) {
	if l.held != nil {
		l.free <- l.held
		l.held = nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := l.stopped(); err != nil {
		return nil, err
	}
	select {
	case b, ok := <-l.ready:
		if !ok {
			<-l.done
			if err := l.stopped(); err != nil {
				return nil, err
			}
			return nil, l.err
		}
		l.held = b
		return b.pixels, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// stopped returns why the stream was asked to end, or nil.
func (l *Loader) stopped() error {
	if l.ctx.Err() == nil {
		return nil
	}
	if err := l.parent.Err(); err != nil {
		return err
	}
	return errClosed
}

// Close stops the loader and waits until all its goroutines have ended. The last batch of
// Next stays valid. A second Close does nothing. The error is always nil.
func (l *Loader) Close() error {
	l.cancel()
	<-l.done
	return nil
}
