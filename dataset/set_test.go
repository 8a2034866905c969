package dataset_test

import (
	"bytes"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/raster"
)

func TestFromPixels(t *testing.T) {
	size := raster.Size{Height: 1, Width: 2}
	s, err := dataset.FromPixels("x", raster.Grey(size), []byte{1, 2, 3, 4}, []int{7, -1})
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, 3)
	if err := s.Read(dst, 1); err != nil || !bytes.Equal(dst, []byte{3, 4, 0}) {
		t.Errorf("got %v, %v", dst, err)
	}
	if s.Name() != "x" || s.Len() != 2 || s.Label(0) != 7 || s.Label(1) != -1 || s.Label(2) != -1 || s.Label(-1) != -1 {
		t.Errorf("got %q, %d images, labels %d and %d", s.Name(), s.Len(), s.Label(0), s.Label(1))
	}
	says(t, s.Read(dst, 2), "dataset: x: no image 2, want 0 to 1")
	says(t, s.Read(dst, -1), "no image -1")
	says(t, s.Read(dst[:1], 0), "image 0 has 2 bytes", "room for 1")

	tooBig := int64(1 << 31)
	for _, c := range []struct {
		size   raster.Size
		pixels []byte
		labels []int
		part   string
	}{
		{raster.Size{}, []byte{1}, nil, "0x0"},
		{size, nil, nil, "got 0 bytes"},
		{size, []byte{1, 2, 3}, nil, "got 3 bytes"},
		{size, []byte{1, 2}, []int{1, 2}, "got 2 labels"},
		{size, []byte{1, 2}, []int{-2}, "image 0 is -2"},
		{size, []byte{1, 2}, []int{int(tooBig)}, "image 0 is "},
	} {
		_, err := dataset.FromPixels("x", raster.Grey(c.size), c.pixels, c.labels)
		says(t, err, "dataset: x: ", c.part)
	}
}

// The fingerprint of a set is written down in runs: it must never change.
func TestFingerprint(t *testing.T) {
	of := func(height, width int, pixels []byte, labels []int) string {
		s, err := dataset.FromPixels("any", raster.Grey(raster.Size{Height: height, Width: width}), pixels, labels)
		if err != nil {
			t.Fatal(err)
		}
		return s.Fingerprint()
	}
	// printf 'gorgan dataset 1\n\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1\2\3\4\7\0\0\0\377\377\377\377' | sha256sum
	const want = "a603600e255d1ebbcbc0e3abbf1db64381f3b67dc044fa5b295c8f3d7d458ebb"
	if got := of(1, 2, []byte{1, 2, 3, 4}, []int{7, -1}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	seen := map[string]bool{want: true}
	for _, other := range []string{
		of(2, 1, []byte{1, 2, 3, 4}, []int{7, -1}),
		of(1, 1, []byte{1, 2, 3, 4}, []int{7, -1, 0, 0}),
		of(1, 2, []byte{1, 2, 3, 5}, []int{7, -1}),
		of(1, 2, []byte{3, 4, 1, 2}, []int{7, -1}),
		of(1, 2, []byte{1, 2, 3, 4}, []int{-1, 7}),
		of(1, 2, []byte{1, 2, 3, 4}, nil),
	} {
		if seen[other] {
			t.Errorf("different data, same fingerprint %s", other)
		}
		seen[other] = true
	}
}
