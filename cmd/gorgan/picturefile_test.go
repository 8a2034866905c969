package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"gorgan/model"
	"gorgan/model/picture"
)

// somePictures are n images of 28x28 pixels, that are drawn without a net.
func somePictures(n int, drawn func(images int)) *picture.Images {
	p := &picture.Images{Config: model.Default(), Seeds: picture.SeedsFrom(0, n)}
	p.Config.Height, p.Config.Width = 28, 28
	p.Draw = func(noise []float32, _ []uint32) ([]float32, error) {
		images := len(noise) / p.Config.NoiseDim
		drawn(images)
		return make([]float32, images*p.Config.Pixels()), nil
	}
	return p
}

// TestManyPicturesAreNotHeld: the array of many images is written with no more of them held
// at once than of a few.
func TestManyPicturesAreNotHeld(t *testing.T) {
	const n = 40 * picture.PieceRows
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
	if err := writeNpy(context.Background(), count, p); err != nil {
		t.Fatal(err)
	}
	whole := int64(n * p.Config.Pixels() * 4)
	if written < whole || written > whole+1024 {
		t.Errorf("%d bytes are written, want %d and a header", written, whole)
	}
	if held := int64(live - before.HeapAlloc); held > whole/4 {
		t.Errorf("%d bytes are held of %d", held, whole)
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
