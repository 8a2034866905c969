package array

import (
	"context"
	"fmt"

	"gorgan/dataset/atomicfile"
)

// filed are images in a file, which was opened and read up to its first image.
type filed struct {
	*unpacked
	count int   // of the images
	total int64 // length that the content should have, which was checked by holds
}

// place decides where a's images go: into memory, or where they stay, which only a file that is
// not packed allows. extra is what else is held. way says how a file becomes one that allows it.
func (a *Images) place(o Options, name string, extra int64, stays bool, way string) (kept bool, err error) {
	held := int64(a.Count)*int64(a.Shape.Values()) + extra
	if o.fits(held) {
		return true, nil
	}
	if stays {
		return false, nil
	}
	return false, fmt.Errorf("%s: its %d images of %v take %d bytes, more than the cache of %d: %s or %s",
		name, a.Count, a.Shape, held, max(o.Memory, 0), way, raiseCache(held))
}

// fill reads all images into memory if kept, else it leaves them in the files and keeps those open.
// Records that are decoded are all decoded once, so that bad ones are found.
func (a *Images) fill(ctx context.Context, files []filed, kept bool, o Options) error {
	if kept {
		for _, f := range files {
			if err := f.proven(ctx, f.total); err != nil {
				return err
			}
		}
		a.pixels = make([]byte, a.Count*a.Shape.Values())
	}
	first := 0
	for _, f := range files {
		start := f.offset
		if kept || a.record.decode != nil {
			if err := a.stream(ctx, f, first, o.Progress); err != nil {
				return err
			}
		}
		if !kept {
			opened, err := f.from.Open()
			if err != nil {
				a.Close()
				return atomicfile.Named(f.name, err)
			}
			a.parts = append(a.parts, part{f.name, opened.(file), start, first})
		}
		first += f.count
	}
	return nil
}

// stream reads the images of a file, of which first is a's first one, into memory if a has some, else only
// to decode them.
func (a *Images) stream(ctx context.Context, f filed, first int, progress func(done, total int)) error {
	n, size := a.Shape.Values(), a.record.size
	batch := min(max(1, chunkBytes/size), f.count)
	var raw, scratch []byte
	if a.record.decode != nil {
		raw, scratch = make([]byte, batch*size), make([]byte, n)
	}
	for i := 0; i < f.count; i += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		now, at := min(batch, f.count-i), (first+i)*n
		if a.record.decode == nil {
			if err := f.read(a.pixels[at:at+now*n], f.total); err != nil {
				return err
			}
		} else if err := f.read(raw[:now*size], f.total); err != nil {
			return err
		}
		for k := 0; k < now && a.record.decode != nil; k++ {
			dst := scratch
			if a.pixels != nil {
				dst = a.pixels[at+k*n : at+(k+1)*n]
			}
			if err := a.record.decode(dst, raw[k*size:(k+1)*size]); err != nil {
				return fmt.Errorf("%s: image %d: %w", f.name, i+k, err)
			}
		}
		progress(first+i+now, a.Count)
	}
	return f.end()
}
