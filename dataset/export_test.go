package dataset_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// digits is the first n images of MNIST.
func digits(t *testing.T, n int) *dataset.Set {
	t.Helper()
	all, _ := mustOpen(t, "mnist", dataset.Options{Split: "test"})
	labels := make([]int, n)
	for i := range labels {
		labels[i] = all.Label(i)
	}
	labels[n-1] = -1
	s, err := dataset.FromPixels("digits", all.Shape(), all.Bytes()[:n*784], labels)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExport(t *testing.T) {
	want := digits(t, 30)
	dir := filepath.Join(t.TempDir(), "new", "mnist")
	last := 0
	err := dataset.Export(t.Context(), want, dir, "", func(done, total int) {
		if done != last+1 || total != 30 {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last != 30 {
		t.Fatalf("got %v after %d images", err, last)
	}
	list := filepath.Join(dir, "train_labels.txt")
	text, err := os.ReadFile(list)
	if err != nil || !strings.HasPrefix(string(text), "train/00000.jpg 7\ntrain/00001.jpg 2\n") || !strings.HasSuffix(string(text), "train/00029.jpg\n") {
		t.Errorf("list is %q, %v", text, err)
	}
	got, r := mustOpen(t, list, dataset.Options{})
	if !r.OK() || got.Len() != 30 || r.Channels[1] != 30 {
		t.Fatalf("report %+v", r)
	}
	for i := range 30 {
		if got.Label(i) != want.Label(i) {
			t.Errorf("image %d: label %d, want %d", i, got.Label(i), want.Label(i))
		}
	}
	if d := apart(got.Bytes(), want.Bytes()); d > 3 {
		t.Errorf("pixels are up to %d apart", d)
	}
	err = dataset.Export(t.Context(), want, dir, "train", nil)
	says(t, err, "dataset: "+list, "already there", "delete the list and the folder")
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v does not wrap ErrExist", err)
	}
	if err := dataset.Export(t.Context(), want, dir, "test", nil); err != nil {
		t.Error(err)
	}
	for _, split := range []string{"..", ".", "a/b", `a\b`, "c:"} {
		says(t, dataset.Export(t.Context(), want, dir, split, nil), "split is", "name of a folder")
	}
}

// TestExportInColour: a set in colour comes back as it was.
func TestExportInColour(t *testing.T) {
	shape := raster.Shape{Size: raster.Size{Height: 3, Width: 5}, Channels: raster.RGB}
	pixels := make([]byte, 4*shape.Values())
	for k := range pixels {
		pixels[k] = byte(k * 37)
	}
	want, err := dataset.FromPixels("colours", shape, pixels, []int{3, -1, 0, 1})
	must(t, err)
	dir := t.TempDir()
	must(t, dataset.Export(t.Context(), want, dir, "test", nil))
	got, _ := mustOpen(t, filepath.Join(dir, "test_labels.txt"), dataset.Options{})
	same(t, got, want)
}

func TestExportStartsOver(t *testing.T) {
	defer goleak.VerifyNone(t)
	underWay := 2 * runtime.GOMAXPROCS(0)
	n := 40 + 4*underWay
	s, dir := digits(t, n), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := dataset.Export(ctx, s, dir, "train", func(done, _ int) {
		if done == 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	says(t, err, "dataset: "+dir, fmt.Sprintf("at least 5 of %d images", n), filepath.Join(dir, "train"), "no list", "export again to start over")
	if names := files(t, dir); slices.ContainsFunc(names, func(n string) bool { return !strings.HasSuffix(n, ".jpg") }) || len(names) < 5 || len(names) > 5+underWay {
		t.Errorf("left behind: %q", names)
	}
	write(t, filepath.Join(dir, "train", "00001.jpg"), []byte("half"))
	if err := dataset.Export(t.Context(), s, dir, "train", nil); err != nil {
		t.Fatal(err)
	}
	if got, r := mustOpen(t, filepath.Join(dir, "train_labels.txt"), dataset.Options{}); got.Len() != n || !r.OK() {
		t.Errorf("report %+v", r)
	}
	if got := len(files(t, dir)); got != n+1 {
		t.Errorf("%d files, want %d", got, n+1)
	}
}

func TestExportFails(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), nil)
	says(t, dataset.Export(t.Context(), digits(t, 3), file, "train", nil), "dataset: "+file)

	// The set's own files may fail as well.
	s, _ := mustOpen(t, pngList(t, filepath.Join(dir, "src"), randomSet(t, 6, small)), dataset.Options{Cache: -1})
	gone := filepath.Join(dir, "src", "images", "002.png")
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	says(t, dataset.Export(t.Context(), s, filepath.Join(dir, "out"), "train", nil), "images/002.png: no such file", "at least 2 of 6 images", "no list")
	if _, err := os.Stat(filepath.Join(dir, "out", "train_labels.txt")); err == nil {
		t.Error("a failed export has a list")
	}
}

// files is the names of all files below dir.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
