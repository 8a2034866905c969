package dataset

import (
	"context"
	"fmt"
	"hash/maphash"
	"image"
	"io"

	"gorgan/dataset/raster"
)

// chunkBytes is about how much of an IDX file is processed at a time.
const chunkBytes = 256 << 10

// idxImages reads an IDX image file into a set.
type idxImages struct {
	*unpacked
	count   int
	from    raster.Size // in the file
	to      raster.Size // in the set
	pixels  []byte      // of the set; nil if it is not kept
	census  idxCensus
	hashes  chan []uint64 // for reuse; otherwise the garbage would be as large as a full cache
	seed    maphash.Seed
	options Options
}

// idxChunk is consecutive images: raw as in the file, pixels as in the set.
type idxChunk struct {
	first, count int
	raw, pixels  []byte
	hashes       []uint64
	blank        int    // images that show nothing
	shades       shades // of all
}

// maxCompared is the number of distinct images that are remembered to find identical ones.
const maxCompared = 4 << 20

// idxCensus gathers what is known about the images.
type idxCensus struct {
	seen      map[uint64]struct{}
	identical int
	compared  int // images that were looked up in seen
	blank     int
	shades    shades
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
	set := &Set{name: report.Source, shape: raster.Grey(r.to)}
	set.labels = unlabelled(r.count)
	held := int64(r.count) * int64(r.to.Area())
	if labels != nil {
		held += int64(r.count)
	}
	kept := o.fits(held)
	if u.packed && !kept {
		return nil, nil, fmt.Errorf("%s: its %d images of %v take %d bytes, more than the cache of %d: gunzip the file or %s",
			u.name, r.count, r.to, held, max(o.Cache, 0), raiseCache(held))
	}
	if labels != nil {
		if needed := int64(r.count); !o.holds(needed) {
			return nil, nil, fmt.Errorf("%s: its %d labels take %d bytes, more than the cache of %d: %s",
				labels.name, r.count, needed, max(o.Cache, 0), raiseCache(needed))
		}
		read, err := readLabels(ctx, *labels, r.count)
		if err != nil {
			return nil, nil, err
		}
		set.labels = byteLabels(read)
	}
	if kept {
		if err := u.proven(ctx, images, imagesHeader+int64(r.count)*int64(r.from.Area())); err != nil {
			return nil, nil, err
		}
		r.pixels = make([]byte, r.count*r.to.Area())
		set.pixels = r.pixels
	} else {
		set.decode = idxDecoder(images, r.from, o)
	}
	print, err := r.readAll(ctx)
	if err != nil {
		return nil, nil, err
	}
	set.fingerprint = print.sum(set.labels)
	report.Identical = r.census.identical
	report.Entries = r.count
	report.Channels = map[int]int{1: r.count}
	report.describe(set)
	report.noteBlank(r.census.blank, r.census.shades)
	report.noteClasses()
	if r.census.compared < r.count {
		report.note("identical images were counted among the first %d only", r.census.compared)
	}
	return set, report, nil
}

// raiseCache returns the hint for a set that needs size bytes in memory.
func raiseCache(size int64) string { return fmt.Sprintf("raise --cache to %d", (size+1<<20-1)>>20) }

// readAll reads every image. Unpacking, scaling and hashing run at the same time. The
// fingerprint does not include the labels yet.
func (r *idxImages) readAll(ctx context.Context) (fingerprint, error) {
	print := newFingerprint(r.count, raster.Grey(r.to))
	r.census.seen = map[uint64]struct{}{}
	r.hashes = make(chan []uint64, 2*r.options.Readers)
	done := 0
	err := ordered(ctx, r.options.Readers, r.chunks(), r.prepare, func(_ context.Context, c *idxChunk) error {
		print.add(c.pixels)
		r.census.add(c)
		select {
		case r.hashes <- c.hashes:
		default:
		}
		done += c.count
		r.options.Progress(done, r.count)
		return nil
	})
	return print, err
}

// add takes the next chunk.
func (s *idxCensus) add(c *idxChunk) {
	for _, h := range c.hashes {
		if len(s.seen) == maxCompared {
			break
		}
		s.compared++
		if _, ok := s.seen[h]; ok {
			s.identical++
		} else {
			s.seen[h] = struct{}{}
		}
	}
	s.blank += c.blank
	s.shades = s.shades.and(c.shades)
}

// chunks reads the file in order. Images that keep their size are read straight into the set.
func (r *idxImages) chunks() func(context.Context) (*idxChunk, error) {
	n := r.from.Area()
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

// prepare scales a chunk's images to the set's size and hashes each, to find identical ones.
func (r *idxImages) prepare(c *idxChunk) (*idxChunk, error) {
	c.pixels = c.raw
	n := r.to.Area()
	if r.from != r.to {
		if r.pixels != nil {
			c.pixels = r.pixels[c.first*n : (c.first+c.count)*n]
		} else {
			c.pixels = make([]byte, c.count*n)
		}
		m := r.from.Area()
		for k := range c.count {
			grey, err := r.options.fit(greyOver(c.raw[k*m:(k+1)*m], r.from))
			if err != nil {
				return nil, err
			}
			copy(c.pixels[k*n:], grey.Pix)
		}
	}
	select {
	case c.hashes = <-r.hashes:
	default:
		c.hashes = make([]uint64, 0, max(1, chunkBytes/r.from.Area()))
	}
	c.hashes = c.hashes[:c.count]
	for k := range c.hashes {
		pixels := c.pixels[k*n : (k+1)*n]
		c.hashes[k] = maphash.Bytes(r.seed, pixels)
		shades := shadesOf(pixels)
		if n > 1 && !shades.shows() {
			c.blank++
		}
		c.shades = c.shades.and(shades)
	}
	return c, nil
}

// idxDecoder reads single images from a plain IDX file. It opens the file for each image and
// holds nothing between calls.
func idxDecoder(f stored, from raster.Size, o Options) func([]byte, int) error {
	return func(dst []byte, i int) error {
		raw := dst
		if o.target(from) != from {
			raw = make([]byte, from.Area())
		}
		file, err := f.open()
		if err != nil {
			return fmt.Errorf("dataset: %w, wanted for its image %d", notOpened(f.name, err), i)
		}
		defer file.Close()
		at := imagesHeader + int64(i)*int64(from.Area())
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

// greyOver returns an image whose pixels are p, without a copy.
func greyOver(p []byte, size raster.Size) *image.Gray {
	return &image.Gray{Pix: p, Stride: size.Width, Rect: image.Rect(0, 0, size.Width, size.Height)}
}
