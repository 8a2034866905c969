package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gorgan/dataset"
	"gorgan/dataset/array"
	"gorgan/dataset/atomicfile"
	"gorgan/model"
	"gorgan/model/picture"
)

// TestNpz: images that are no squares are read again as they are, with the labels of their seeds.
func TestNpz(t *testing.T) {
	p := &picture.Images{Config: model.Default(), Seeds: []uint64{7, 1, 5}, Classes: []uint64{2, 0}}
	p.Config.Height, p.Config.Width, p.Config.Channels, p.Config.Classes = 4, 6, 3, 3
	var pixels []byte
	p.Sample = func(noise []float32, _ []uint32) ([]float32, error) {
		images := make([]float32, len(p.Seeds)*p.Config.Values())
		for i := range images {
			images[i] = float32(i%256) / 255
		}
		pixels = model.Quantize(images)
		return images, nil
	}
	path := filepath.Join(t.TempDir(), "x.npz")
	must(t, atomicfile.Write(path, func(w io.Writer) error { return writeNpz(t.Context(), w, p) }))
	a, ok, err := array.Open(t.Context(), path, array.Options{Memory: 1 << 20})
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	defer a.Close()
	if a.Shape != p.Config.Shape() || !bytes.Equal(a.Bytes(), pixels) || !slices.Equal(a.Labels, []int32{0, 0, 0}) {
		t.Errorf("%d images of %v with labels %v", a.Len(), a.Shape, a.Labels)
	}
	p.Seeds = []uint64{2, 3, 4}
	must(t, atomicfile.Write(path, func(w io.Writer) error { return writeNpz(t.Context(), w, p) }))
	b, _, err := array.Open(t.Context(), path, array.Options{Memory: 1 << 20})
	must(t, err)
	defer b.Close()
	if !slices.Equal(b.Labels, []int32{2, 0, 2}) {
		t.Errorf("labels are %v, want 2, 0, 2", b.Labels)
	}
}

// zipHolds tests that a zip holds the files of a folder, and no others: holds ZIP DIR.
func zipHolds(ts *testscript.TestScript, _ bool, args []string) {
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	want, err := os.ReadDir(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(z.File) != len(want) {
		ts.Fatalf("%s has %d files, want %d", args[0], len(z.File), len(want))
	}
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		got, err := io.ReadAll(r)
		ts.Check(err)
		r.Close()
		if !bytes.Equal(got, []byte(ts.ReadFile(filepath.Join(args[1], f.Name)))) {
			ts.Fatalf("%s in %s differs from that of %s", f.Name, args[0], args[1])
		}
	}
}

// imagesAlike tests that two sources have the same images, in any order: alike A B.
func imagesAlike(ts *testscript.TestScript, neg bool, args []string) {
	images := func(path string) (all []string) {
		set, _, err := dataset.Open(context.Background(), ts.MkAbs(path), dataset.Options{})
		ts.Check(err)
		pixels := make([]byte, set.Shape().Values())
		for i := range set.Len() {
			ts.Check(set.Read(pixels, i))
			all = append(all, string(pixels))
		}
		slices.Sort(all)
		return all
	}
	if slices.Equal(images(args[0]), images(args[1])) == neg {
		ts.Fatalf("images of %s and %s: neg %v", args[0], args[1], neg)
	}
}
