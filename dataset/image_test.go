package dataset_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

// TestOpenImage: one image has the pixels that it has in a set of its folder, and what is changed is said.
func TestOpenImage(t *testing.T) {
	dir := t.TempDir()
	img := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			img.SetNRGBA(x, y, color.NRGBA{R: uint8(6 * x), G: uint8(12 * y), B: uint8(x * y), A: uint8(255 - x)})
		}
	}
	var text bytes.Buffer
	if err := png.Encode(&text, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "me.png")
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, o := range []dataset.Options{
		{Size: raster.Size{Height: 7, Width: 7}, Channels: 1, Background: [3]uint8{255, 255, 255}},
		{Size: raster.Size{Height: 8, Width: 12}, Channels: 3, Fit: raster.Pad, Background: [3]uint8{10, 20, 30}},
		{Size: raster.Size{Height: 20, Width: 40}, Channels: 3},
	} {
		set, report, err := dataset.Open(t.Context(), dir, o)
		if err != nil || set == nil {
			t.Fatal(err, report)
		}
		im, notes, err := dataset.OpenImage(t.Context(), path, o)
		if err != nil || !bytes.Equal(im.Pix, set.Bytes()) || im.Shape != set.Shape() {
			t.Errorf("%v: %v, %v, want the pixels of the set, of %v", o, im.Shape, err, set.Shape())
		}
		said := strings.Join(notes, "; ")
		for text, want := range map[string]bool{"of 20x40 becomes": o.Size.Height != 20, "become grey": o.Channels == 1, "transparent": true, "turned": false, "frames": false} {
			if strings.Contains(said, text) != want {
				t.Errorf("%v: said %q: %v", o, said, text)
			}
		}
	}
	if _, _, err := dataset.OpenImage(t.Context(), path, dataset.Options{Channels: 2}); err == nil {
		t.Error("two channels are no error")
	}
	if _, _, err := dataset.OpenImage(t.Context(), filepath.Join(dir, "none"), dataset.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, text.Bytes()[:60], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := dataset.OpenImage(t.Context(), path, dataset.Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a file that is cut short: %v", err)
	}
}
