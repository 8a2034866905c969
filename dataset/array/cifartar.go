package array

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
	"gorgan/dataset/packed"
)

// CIFAR's binary files come as cifar-10-binary.tar.gz, of a folder that holds them. It is read twice: to count
// the records, and for the images.

// largestTar is the largest length of all files of a split together. Those of CIFAR have 154 MB.
const largestTar = 200 << 20

// entry is a file of records in a tar.
type entry struct {
	name        string
	first, size int // its first image; bytes
}

// openCIFARTar opens CIFAR's binary files in a tar. It returns nil and no error if none is among the
// first files of the tar.
func openCIFARTar(ctx context.Context, file string, o Options) (*Images, error) {
	c, err := cifarInTar(ctx, file)
	if c == nil {
		return nil, err
	}
	var found []entry
	var names []byte
	others := false
	err = walkTar(ctx, file, func(h *tar.Header, r io.Reader) error {
		switch name := path.Base(h.Name); {
		case slices.Contains(c.of(o.Split), name):
			if h.Size == 0 || h.Size%int64(c.size()) != 0 || h.Size > largestTar {
				return fmt.Errorf("%s: has %d bytes, want records of %d, as %s has, of 1 to %d bytes in all: %w",
					excerpt.Of(h.Name), h.Size, c.size(), c.kind, largestTar, content.ErrFormat)
			}
			found = append(found, entry{name: h.Name, size: int(h.Size)})
		case slices.Contains(c.train, name) || slices.Contains(c.test, name):
			others = true
		case name == c.names && names == nil:
			names, err = io.ReadAll(io.LimitReader(r, longestNames))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: has no %s for the %s split: %w", file, c.of(o.Split)[0], o.Split, fs.ErrNotExist)
	}
	a, total := c.images(), 0
	slices.SortFunc(found, func(x, y entry) int {
		return slices.Index(c.of(o.Split), path.Base(x.name)) - slices.Index(c.of(o.Split), path.Base(y.name))
	})
	for i := range found {
		found[i].first = a.Count
		a.Count += found[i].size / c.size()
		total += found[i].size
	}
	if total > largestTar {
		return nil, fmt.Errorf("%s: has %d bytes of %s, want at most %d: %w", file, total, c.kind, largestTar, content.ErrFormat)
	}
	if _, err := a.place(o, file, 4*int64(a.Count), false, "unpack it"); err != nil {
		return nil, err
	}
	next := 0
	c.label(a, &next)
	a.pixels = make([]byte, a.Count*a.Shape.Values())
	err = walkTar(ctx, file, func(h *tar.Header, r io.Reader) error {
		at := slices.IndexFunc(found, func(e entry) bool { return e.name == h.Name && int64(e.size) == h.Size })
		if at < 0 {
			return nil
		}
		inside, err := packed.New(r, h.Size)
		if err != nil {
			return err
		}
		next = found[at].first
		u := &unpacked{Reader: inside, name: excerpt.Of(h.Name)}
		return a.stream(ctx, filed{u, found[at].size / c.size(), h.Size}, next, o.Progress)
	})
	if err != nil {
		return nil, err
	}
	c.read(a)
	if names != nil {
		c.name(a, names)
	}
	c.noteMissing(a, o.Split, len(found))
	a.Splits = others
	return a, nil
}

// errEnough ends a walk.
var errEnough = errors.New("enough")

// cifarInTar tells by the names of the first files in a tar which of CIFAR's forms it has, nil if none.
func cifarInTar(ctx context.Context, file string) (found *cifar, err error) {
	const probed = 8 // files
	seen, python := 0, ""
	err = walkTar(ctx, file, func(h *tar.Header, _ io.Reader) error {
		dir, name := path.Base(path.Dir(h.Name)), path.Base(h.Name)
		if dir == "cifar-10-batches-py" || dir == "cifar-100-python" {
			python = h.Name
			return errEnough
		}
		for _, c := range []*cifar{&cifar10, &cifar100} {
			if (slices.Contains(c.train, name) || slices.Contains(c.test, name)) && h.Size%int64(c.size()) == 0 {
				found = c
				return errEnough
			}
		}
		if seen++; seen == probed {
			return errEnough
		}
		return nil
	})
	if python != "" {
		return nil, fmt.Errorf("%s: has %s, which is %s: %s: %w", file, excerpt.Of(python), content.Pickle, refused[content.Pickle], content.ErrFormat)
	}
	if found == nil && ctx.Err() == nil {
		return nil, nil // for the reader of archives to say what is wrong
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return found, err
}

// walkTar visits the regular files of a tar, plain or in gzip.
func walkTar(ctx context.Context, file string, visit func(*tar.Header, io.Reader) error) error {
	u, err := unpack(onDisk(file))
	if err != nil {
		return err
	}
	defer u.Close()
	for archive := tar.NewReader(u.Reader); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil && h.Typeflag != tar.TypeReg {
			continue
		}
		if err == nil {
			err = visit(h, archive)
		} else if !errors.Is(err, content.ErrFormat) {
			err = fmt.Errorf("%w: %w", atomicfile.Reason(err), content.ErrFormat)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
}
