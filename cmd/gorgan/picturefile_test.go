package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gorgan/model"
	"gorgan/model/picture"
)

// somePictures are n images of 28x28 pixels, that are drawn without a net.
func somePictures(n int, drawn func(images int)) *picture.Images {
	p := &picture.Images{Config: model.Default(), Seeds: picture.SeedsFrom(0, n)}
	p.Config.Height, p.Config.Width = 28, 28
	p.Sample = func(noise []float32, _ []uint32) ([]float32, error) {
		images := len(noise) / p.Config.NoiseDim
		drawn(images)
		return make([]float32, images*p.Config.Values()), nil
	}
	return p
}

// TestManyPicturesAreNotHeld: the array of many images, or their archive, is written with no more of them held at
// once than of a few.
func TestManyPicturesAreNotHeld(t *testing.T) {
	const perImage = 400 // bytes that a zip keeps of the name of a file until its end
	for name, c := range map[string]struct {
		pieces, value, packed int // bytes of a value; 0 where a file of zeros is packed, of at least so many bytes
		write                 func(io.Writer, *picture.Images) error
	}{
		"npy": {40, 4, 0, func(w io.Writer, p *picture.Images) error { return writeNpy(t.Context(), w, p) }},
		"npz": {40, 1, 0, func(w io.Writer, p *picture.Images) error { return writeNpz(t.Context(), w, p) }},
		"zip": {8, 0, 60, func(w io.Writer, p *picture.Images) error {
			g := picture.New(p.Config, 1, 1)
			g.Gap = 0
			_, err := writeZip(t.Context(), w, p, g)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			n := c.pieces * picture.PieceRows
			var live uint64
			p := somePictures(n, func(images int) {
				if images > picture.PieceRows {
					t.Errorf("%d images at once, want at most %d", images, picture.PieceRows)
				}
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				live = max(live, m.HeapAlloc)
			})
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			var written int64
			count := writerFunc(func(b []byte) (int, error) { written += int64(len(b)); return len(b), nil })
			if err := c.write(count, p); err != nil {
				t.Fatal(err)
			}
			whole := int64(n * p.Config.Values() * c.value)
			if c.value > 0 && (written < whole || written > whole+1024) || written < int64(n*c.packed) {
				t.Errorf("%d bytes are written, want %d and a header", written, whole)
			}
			floats := int64(n * p.Config.Values() * 4)
			if held := int64(live - before.HeapAlloc); held > floats/4+int64(n*perImage) {
				t.Errorf("%d bytes are held of %d", held, floats)
			}
		})
	}
}

// TestDrawingIsInterrupted: between two pieces, and no part of the file stays.
func TestDrawingIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	pieces := 0
	p := somePictures(5*picture.PieceRows, func(int) {
		if pieces++; pieces == 2 {
			cancel()
		}
	})
	dir := t.TempDir()
	f := &pictureFile{name: "x.npy", path: filepath.Join(dir, "x.npy"), form: formNpy}
	err := f.write(ctx, newUI(io.Discard, io.Discard), p, picture.Grid{})
	if !errors.Is(err, context.Canceled) || pieces != 2 {
		t.Errorf("%d pieces and %v, want 2 and that it was canceled", pieces, err)
	}
	noneHalfWritten(t, dir)
	if exists(f.path) {
		t.Errorf("%s stays", f.path)
	}
}

// TestOldTemporaries: what a killed command left of the file is removed when it is written.
func TestOldTemporaries(t *testing.T) {
	dir := t.TempDir()
	f := &pictureFile{name: "x.npy", path: filepath.Join(dir, "x.npy"), form: formNpy}
	old := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{"x.npy.01234567.tmp", "y.npy.01234567.tmp"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o666))
		must(t, os.Chtimes(filepath.Join(dir, name), old, old))
	}
	must(t, f.write(t.Context(), newUI(io.Discard, io.Discard), somePictures(2, func(int) {}), picture.Grid{}))
	if exists(filepath.Join(dir, "x.npy.01234567.tmp")) || !exists(filepath.Join(dir, "y.npy.01234567.tmp")) {
		t.Error("the file's own is there still, or another's is not")
	}
}

// TestFilesAreInterrupted: a folder of images is left after the file under way, not after the
// thousand that are drawn at a time.
func TestFilesAreInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := somePictures(5*picture.PieceRows, func(int) { cancel() })
	dir := t.TempDir()
	f := &pictureFile{name: "x", path: dir, form: formFolder}
	if err := f.write(ctx, newUI(io.Discard, io.Discard), p, picture.New(p.Config, 1, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was canceled", err)
	}
	if held, err := os.ReadDir(dir); err != nil || len(held) > 1 {
		t.Errorf("%d files are there, %v", len(held), err)
	}
}
