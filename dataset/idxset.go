package dataset

import (
	"context"
	"fmt"
	"hash/maphash"
	"image"
	"io"
)

// chunkBytes is about how much of an IDX file is handled at a time.
const chunkBytes = 256 << 10

// idxImages is an IDX image file being read into a set.
type idxImages struct {
	*unpacked
	count   int
	from    Size   // in the file
	to      Size   // in the set
	pixels  []byte // of the set; nil when it is not kept
	seed    maphash.Seed
	options Options
}

// idxChunk is consecutive images: raw as in the file, pixels as in the set.
type idxChunk struct {
	first, count int
	raw, pixels  []byte
	hashes       []uint64
}

// openIDX reads an images file and, unless nil, its labels into a set and the report.
func openIDX(ctx context.Context, report *Report, images stored, labels *stored, o Options) (*Set, *Report, error) {
	u, err := unpack(images)
	if err != nil {
		return nil, nil, err
	}
	defer u.Close()
	r := &idxImages{unpacked: u, seed: maphash.MakeSeed(), options: o}
	if r.count, r.from, err = u.imagesShape(); err != nil {
		return nil, nil, err
	}
	r.to = o.target(r.from)
	set := &Set{name: report.Source, size: r.to}
	if labels != nil {
		if set.labels, err = readLabels(*labels, r.count); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case o.fits(r.count, r.to):
		r.pixels = make([]byte, r.count*r.to.Pixels())
		set.pixels = r.pixels
	case u.packed:
		return nil, nil, fmt.Errorf("%s: its %d images of %v take %d bytes, more than the cache of %d: gunzip the file or raise --cache",
			u.name, r.count, r.to, int64(r.count)*int64(r.to.Pixels()), max(o.Cache, 0))
	default:
		set.decode = idxDecoder(images, r.from, o)
	}
	identical, print, err := r.readAll(ctx)
	if err != nil {
		return nil, nil, err
	}
	if labels == nil {
		set.labels = unlabelled(r.count)
	}
	set.fingerprint = print.sum(set.labels)
	report.Identical = identical
	report.Entries = r.count
	report.Channels = map[int]int{1: r.count}
	report.describe(set)
	return set, report, nil
}

// readAll reads every image; unpacking, scaling and hashing go on at the same time. The labels
// are yet to be added to the fingerprint.
func (r *idxImages) readAll(ctx context.Context) (identical int, print fingerprint, err error) {
	print = newFingerprint(r.count, r.to)
	seen := make(map[uint64]struct{}, min(r.count, 1<<16))
	done := 0
	err = ordered(ctx, r.options.Readers, r.chunks(), r.prepare, func(_ context.Context, c *idxChunk) error {
		print.add(c.pixels)
		for _, h := range c.hashes {
			seen[h] = struct{}{}
		}
		done += c.count
		r.options.Progress(done, r.count)
		return nil
	})
	return r.count - len(seen), print, err
}

// chunks reads the file in order. Images that are kept as they are go straight to their place.
func (r *idxImages) chunks() func(context.Context) (*idxChunk, error) {
	n := r.from.Pixels()
	total := imagesHeader + int64(r.count)*int64(n)
	first := 0
	return func(context.Context) (*idxChunk, error) {
		if first == r.count {
			if err := r.end(); err != nil {
				return nil, err
			}
			return nil, io.EOF
		}
		c := &idxChunk{first: first, count: min(max(1, chunkBytes/n), r.count-first)}
		if r.pixels != nil && r.from == r.to {
			c.raw = r.pixels[first*n : (first+c.count)*n]
		} else {
			c.raw = make([]byte, c.count*n)
		}
		first += c.count
		return c, r.read(c.raw, total)
	}
}

// prepare brings a chunk's images to the set's size and hashes each, to find identical ones.
func (r *idxImages) prepare(c *idxChunk) (*idxChunk, error) {
	c.pixels = c.raw
	n := r.to.Pixels()
	if r.from != r.to {
		if r.pixels != nil {
			c.pixels = r.pixels[c.first*n : (c.first+c.count)*n]
		} else {
			c.pixels = make([]byte, c.count*n)
		}
		m := r.from.Pixels()
		for k := range c.count {
			grey, err := r.options.fit(greyOver(c.raw[k*m:(k+1)*m], r.from))
			if err != nil {
				return nil, err
			}
			copy(c.pixels[k*n:], grey.Pix)
		}
	}
	c.hashes = make([]uint64, c.count)
	for k := range c.hashes {
		c.hashes[k] = maphash.Bytes(r.seed, c.pixels[k*n:(k+1)*n])
	}
	return c, nil
}

// idxDecoder reads single images from a plain IDX file. The file is opened for each: nothing
// is held between calls.
func idxDecoder(f stored, from Size, o Options) func([]byte, int) error {
	return func(dst []byte, i int) error {
		raw := dst
		if o.target(from) != from {
			raw = make([]byte, from.Pixels())
		}
		file, err := f.open()
		if err != nil {
			return fmt.Errorf("dataset: %s: image %d: %w", f.name, i, plain(err))
		}
		defer file.Close()
		at := imagesHeader + int64(i)*int64(from.Pixels())
		if _, err := file.(io.ReaderAt).ReadAt(raw, at); err != nil {
			return fmt.Errorf("dataset: %s: image %d at offset %d: %w", f.name, i, at, plain(err))
		}
		grey, err := o.fit(greyOver(raw, from))
		if err != nil {
			return fmt.Errorf("dataset: %s: image %d: %w", f.name, i, err)
		}
		copy(dst, grey.Pix)
		return nil
	}
}

// greyOver is an image whose pixels are those of p.
func greyOver(p []byte, size Size) *image.Gray {
	return &image.Gray{Pix: p, Stride: size.Width, Rect: image.Rect(0, 0, size.Width, size.Height)}
}
