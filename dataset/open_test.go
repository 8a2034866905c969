package dataset_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
	"gorgan/dataset"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSameDataFromEverySource(t *testing.T) {
	size := raster.Size{Height: 5, Width: 7}
	want := randomSet(t, 40, size)
	images, labels := idxOf(want)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "plain", "train-images-idx3-ubyte"), images)
	write(t, filepath.Join(dir, "plain", "train-labels-idx1-ubyte"), labels)
	write(t, filepath.Join(dir, "packed", "t10k-images-idx3-ubyte.gz"), packed(images))
	write(t, filepath.Join(dir, "packed", "t10k-labels-idx1-ubyte.gz"), packed(labels))
	write(t, filepath.Join(dir, "dotted", "train-images.idx3-ubyte"), images)
	write(t, filepath.Join(dir, "dotted", "train-labels.idx1-ubyte"), labels)
	list := pngList(t, filepath.Join(dir, "png"), want)

	for _, c := range []struct {
		src  string
		o    dataset.Options
		kind string
	}{
		{filepath.Join(dir, "plain"), dataset.Options{}, "idx"},
		{filepath.Join(dir, "plain"), dataset.Options{Cache: -1}, "idx"},
		{filepath.Join(dir, "packed"), dataset.Options{Split: "test"}, "idx"},
		{filepath.Join(dir, "dotted"), dataset.Options{Split: "train"}, "idx"},
		{filepath.Join(dir, "plain", "train-images-idx3-ubyte"), dataset.Options{}, "idx"},
		{filepath.Join(dir, "packed", "t10k-images-idx3-ubyte.gz"), dataset.Options{}, "idx"},
		{list, dataset.Options{Readers: 8}, "list"},
		{list, dataset.Options{Readers: 1, Cache: 40*35 - 1}, "list"},
	} {
		calls := 0
		c.o.Progress = func(done, total int) {
			if calls++; done > total || total != 40 {
				t.Errorf("progress %d of %d", done, total)
			}
		}
		s, r := mustOpen(t, c.src, c.o)
		same(t, s, want)
		cached := c.o.Cache == 0
		if (s.Bytes() != nil) != cached || r.Cached != cached {
			t.Errorf("%s: cached is %v, want %v", c.src, r.Cached, cached)
		}
		if r.Kind != c.kind || r.Source != c.src || s.Name() != c.src || r.Images != 40 || r.Entries != 40 || !r.OK() ||
			r.Classes[3] != 4 || r.Unlabelled != 0 || r.Channels[1] != 40 || r.Shape != raster.Grey(size) || r.Fingerprint != want.Fingerprint() || calls == 0 {
			t.Errorf("%s: report %+v after %d calls of progress", c.src, r, calls)
		}
	}
}

func TestIDXWithoutLabels(t *testing.T) {
	images, _ := idxOf(randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	s, r := mustOpen(t, write(t, filepath.Join(t.TempDir(), "faces.bin"), packed(images)), dataset.Options{})
	if s.Len() != 3 || s.Label(0) != -1 || r.Unlabelled != 3 || len(r.Classes) != 0 {
		t.Errorf("got %d images, label %d, report %+v", s.Len(), s.Label(0), r)
	}
}

func TestIdenticalIDXImagesAreOnlyCounted(t *testing.T) {
	_, r := mustOpen(t, idxFiles(t, idxImages(3, 1, 2, []byte{1, 2, 3, 4, 1, 2}), nil), dataset.Options{})
	if r.Identical != 1 || !r.OK() {
		t.Errorf("got %+v", r)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("empty.txt"), nil)
	write(t, at("blank.txt"), []byte("\ufeff\r\n \t\n"))
	write(t, at("odd.txt"), []byte{0xff, 0xfe, 'a', 0, 'b'})
	write(t, at("page"), []byte("<!DOCTYPE html><html>"))
	write(t, at("nothing/notes.md"), []byte("# images"))
	write(t, at("packed/images.zip"), []byte("PK"))
	must(t, os.Mkdir(at("void"), 0o777))
	write(t, at("binary"), []byte("abc\x00def"))
	write(t, at("one.png"), encoded(t, image.NewGray(image.Rect(0, 0, 1, 1))))
	write(t, at("long.txt"), append([]byte("a.jpg 1\n"), make70k()...))
	write(t, at("tree/train_labels.txt"), []byte("train/0.jpg 1\n"))
	write(t, at("big.gz"), packed(idxImages(2, 2, 2, make([]byte, 8))))

	for _, c := range []struct {
		src    string
		o      dataset.Options
		format bool
		parts  []string
	}{
		{at("absent"), dataset.Options{}, false, []string{"dataset: " + at("absent"), "want mnist, a folder", "a list of them"}},
		{at("empty.txt"), dataset.Options{}, true, []string{at("empty.txt"), "holds no images", "path label"}},
		{at("blank.txt"), dataset.Options{}, true, []string{"holds no images"}},
		{at("odd.txt"), dataset.Options{}, true, []string{"UTF-16", "5 bytes is odd"}},
		{at("binary"), dataset.Options{}, true, []string{"byte 3 is 0", "want a list of images as text"}},
		{at("one.png"), dataset.Options{}, true, []string{"single image (PNG)", "want the folder it is in, or a list"}},
		{at("page"), dataset.Options{}, true, []string{"is an HTML page", "want a folder or an archive"}},
		{at("nothing"), dataset.Options{}, true, []string{"holds no images among its 1 file, the first of which is notes.md"}},
		{at("packed"), dataset.Options{}, true, []string{"holds no files; 1 archive in it is not opened"}},
		{at("void"), dataset.Options{}, true, []string{"holds no files"}},
		{at("long.txt"), dataset.Options{}, true, []string{"line 2", "65536 bytes"}},
		{at("tree"), dataset.Options{}, true, []string{"holds no images among its 1 file", "train_labels.txt looks like a list of images: to use it, give its path"}},
		{at("big.gz"), dataset.Options{Cache: 7}, false, []string{at("big.gz"), "8 bytes", "cache of 7", "gunzip the file or raise --cache"}},
		{"mnist", dataset.Options{Split: "dev"}, false, []string{"dataset: mnist", `split is "dev"`, "train or test"}},
		{"mnist", dataset.Options{Size: raster.Size{Height: 28}}, true, []string{"image size is 28x0"}},
		{"mnist", dataset.Options{Fit: "squeeze"}, true, []string{`fit is "squeeze"`, "crop, pad, stretch"}},
		{"mnist", dataset.Options{Channels: 2}, false, []string{"channels is 2, want 0, 1 or 3"}},
	} {
		s, r, err := dataset.Open(t.Context(), c.src, c.o)
		says(t, err, c.parts...)
		if s != nil || r != nil || errors.Is(err, content.ErrFormat) != c.format {
			t.Errorf("%s: got %v, %v, and ErrFormat is not %v in %v", c.src, s, r, c.format, err)
		}
	}
	if _, _, err := dataset.Open(t.Context(), at("absent"), dataset.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap ErrNotExist", err)
	}
}

func make70k() []byte {
	b := make([]byte, 70_000)
	for k := range b {
		b[k] = 'x'
	}
	return b
}

func TestOpenStopsWhenCancelled(t *testing.T) {
	defer goleak.VerifyNone(t)
	list := pngList(t, t.TempDir(), randomSet(t, 200, raster.Size{Height: 3, Width: 3}))
	files := tree{}
	for i := range 50 {
		files[fmt.Sprint(i, ".png")] = numbered(t, i)
	}
	archive := write(t, filepath.Join(t.TempDir(), "x"), packed(files.tar(t)))
	for _, src := range []string{"mnist", list, filepath.Join(filepath.Dir(list), "images"), archive} {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		_, _, err := dataset.Open(ctx, src, dataset.Options{Progress: func(int, int) { calls++; cancel() }})
		if !errors.Is(err, context.Canceled) || calls != 1 {
			t.Errorf("%s: got %v after %d images or chunks", src, err, calls)
		}
		if _, _, err := dataset.Open(ctx, src, dataset.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled from the start: got %v", src, err)
		}
	}
}

func BenchmarkOpenMNIST(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := dataset.Open(b.Context(), "mnist", dataset.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
