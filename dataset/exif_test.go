package dataset_test

import (
	"bytes"
	"testing"

	"gorgan/dataset"
)

func TestOrientation(t *testing.T) {
	for want := range 10 {
		file := exifJPEG(t, byte(want))
		if want == 9 {
			want = 0
		}
		if got := dataset.Orientation(file); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	little := append([]byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00"), make([]byte, 4)...)
	if got := dataset.Orientation(little); got != 8 {
		t.Errorf("little endian, after other segments: got %d, want 8", got)
	}
	if got := dataset.Orientation(encodedJPEG(t, noise(1))); got != 0 {
		t.Errorf("without EXIF: got %d", got)
	}
	whole := exifJPEG(t, 6)
	for n := range bytes.Index(whole, []byte("Exif")) + 34 {
		if got := dataset.Orientation(whole[:n]); got != 0 && n < 38 {
			t.Errorf("of %d bytes: got %d", n, got)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(exifJPEG(f, 6))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if got := dataset.Orientation(file); got < 0 || got > 8 {
			t.Fatalf("orientation %d", got)
		}
	})
}
