package array

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// cifar is one of CIFAR's binary forms, after A. Krizhevsky, "The CIFAR-10 dataset": records of the
// label bytes and the planes of red, green and blue of 32x32 pixels.
type cifar struct {
	kind    string
	labels  int // bytes; the last one is the class
	classes int // their number
	coarse  int // number of coarse classes, the first byte's, 0 without
	train   []string
	test    []string
	names   string // the file of the names of classes
}

const cifarValues = 32 * 32 * raster.RGB

var (
	cifar10 = cifar{kind: KindCIFAR10, labels: 1, classes: 10, names: "batches.meta.txt", test: []string{"test_batch.bin"},
		train: []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}}
	cifar100 = cifar{kind: KindCIFAR100, labels: 2, classes: 100, coarse: 20, names: "fine_label_names.txt",
		train: []string{"train.bin"}, test: []string{"test.bin"}}
)

// images returns images without a count yet.
func (c *cifar) images() *Images {
	return &Images{Kind: c.kind, Shape: raster.Shape{Size: raster.Size{Height: 32, Width: 32}, Channels: raster.RGB}}
}

// of returns the usual names of the files of a split.
func (c *cifar) of(split string) []string {
	if split == "test" {
		return c.test
	}
	return c.train
}

// noteMissing notes that some files of a split are not there.
func (c *cifar) noteMissing(a *Images, split string, found int) {
	if usual := c.of(split); found < len(usual) {
		a.note("of the %d files %s to %s, %d are there", len(usual), usual[0], usual[len(usual)-1], found)
	}
}

// size is the bytes of a record.
func (c *cifar) size() int { return c.labels + cifarValues }

// class reads the class of a record.
func (c *cifar) class(record []byte) (int32, error) {
	if c.coarse > 0 && int(record[0]) >= c.coarse {
		return 0, fmt.Errorf("coarse label is %d, want 0 to %d: %w", record[0], c.coarse-1, content.ErrFormat)
	}
	label := int32(record[c.labels-1])
	if int(label) >= c.classes {
		return 0, fmt.Errorf("label is %d, want 0 to %d: %w", label, c.classes-1, content.ErrFormat)
	}
	return label, nil
}

// cifarOf tells which form a file has by its length and its first labels, nil if none. Nothing
// else marks these files. In gzip the length is not known, and only the usual names count.
func cifarOf(path string) *cifar {
	u, err := unpack(onDisk(path))
	if err != nil {
		return nil
	}
	defer u.Close()
	for _, c := range []*cifar{&cifar10, &cifar100} {
		size := int64(c.size())
		switch {
		case u.Most() == 0:
			continue
		case !u.exact():
			if name := strings.TrimSuffix(filepath.Base(path), ".gz"); slices.Contains(c.train, name) || slices.Contains(c.test, name) {
				return c
			}
			continue
		case u.Most()%size != 0:
			continue
		}
		const probed = 64 // records
		fits, raw := true, make([]byte, c.labels)
		for i := int64(0); fits && i < min(probed, u.Most()/size); i++ {
			_, err := u.file.(io.ReaderAt).ReadAt(raw, i*size)
			_, bad := c.class(raw)
			fits = err == nil && bad == nil
		}
		if fits {
			return c
		}
	}
	return nil
}

// openCIFARFolder opens the images of the split among CIFAR's files of a folder. It returns nil and no
// error if there are none.
func openCIFARFolder(ctx context.Context, dir string, o Options) (*Images, error) {
	for _, c := range []*cifar{&cifar10, &cifar100} {
		all := inFolder(dir, slices.Concat(c.train, c.test))
		if len(all) == 0 || cifarOf(all[0]) != c {
			continue
		}
		files := inFolder(dir, c.of(o.Split))
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: folder has no %s for the %s split: %w", dir, c.of(o.Split)[0], o.Split, fs.ErrNotExist)
		}
		a, err := c.open(ctx, files, o)
		if err != nil {
			return nil, err
		}
		a.Splits = len(all) > len(files)
		c.noteMissing(a, o.Split, len(files))
		return a, nil
	}
	return nil, nil
}

// inFolder finds which of the names, plain or .gz, a folder has.
func inFolder(dir string, names []string) (paths []string) {
	for _, name := range names {
		if path, ok := plainOrPacked(filepath.Join(dir, name)); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

// open opens files of records, one after the other.
func (c *cifar) open(ctx context.Context, paths []string, o Options) (*Images, error) {
	a := c.images()
	var files []filed
	stays := true
	for _, path := range paths {
		u, err := unpack(onDisk(path))
		if err != nil {
			return nil, err
		}
		defer u.Close()
		total, err := u.length(ctx)
		if err != nil {
			return nil, err
		}
		if total == 0 || total%int64(c.size()) != 0 {
			return nil, u.wrong("has %d bytes, want records of %d, as %s has", total, c.size(), c.kind)
		}
		stays = stays && u.exact()
		files = append(files, filed{u, int(total / int64(c.size())), total})
		a.Count += files[len(files)-1].count
	}
	kept, err := a.place(o, paths[0], 4*int64(a.Count), stays, "gunzip the files")
	if err != nil {
		return nil, err
	}
	if err := o.checkLabels(paths[0], a.Count); err != nil {
		return nil, err
	}
	c.label(a, new(int))
	if err := a.fill(ctx, files, kept, o); err != nil {
		return nil, err
	}
	c.read(a)
	text, err := atomicfile.Read(filepath.Join(filepath.Dir(paths[0]), c.names), longestNames)
	if err == nil {
		c.name(a, text)
	} else if !os.IsNotExist(err) {
		a.Close()
		return nil, fmt.Errorf("%s: %w", c.names, atomicfile.Reason(err))
	}
	return a, nil
}

// label makes a's records ones whose labels go to a.Labels, from next on.
func (c *cifar) label(a *Images, next *int) {
	a.Labels = make([]int32, a.Count)
	a.record = record{c.size(), func(dst, raw []byte) error {
		label, err := c.class(raw)
		if err != nil {
			return err
		}
		a.Labels[*next] = label
		*next++
		interleave(dst, raw[c.labels:])
		return nil
	}}
}

// read ends what label began: later no more than pixels are read.
func (c *cifar) read(a *Images) {
	a.record.decode = func(dst, raw []byte) error {
		interleave(dst, raw[c.labels:])
		return nil
	}
	if c.coarse > 0 {
		a.note("coarse labels are not used")
	}
}

// longestNames is the largest file of names that is read, in bytes.
const longestNames = 64 << 10

// name takes the names of the classes from a text, one a line.
func (c *cifar) name(a *Images, text []byte) {
	var names []string
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if name := strings.TrimSpace(lines.Text()); name != "" {
			names = append(names, name)
		}
	}
	if len(names) != c.classes {
		a.note("%s has %d names and is not used, want %d", c.names, len(names), c.classes)
		return
	}
	a.Classes = names
}

// length returns the length of the content. It unpacks a packed file for this.
func (u *unpacked) length(ctx context.Context) (int64, error) {
	if u.exact() {
		return u.Most(), nil
	}
	all, err := unpack(u.from)
	if err != nil {
		return 0, err
	}
	defer all.Close()
	for piece := make([]byte, chunkBytes); ; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := io.ReadFull(all.Reader, piece)
		all.offset += int64(n)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return all.offset, nil
		}
		if err != nil {
			return 0, all.failed(err)
		}
	}
}
