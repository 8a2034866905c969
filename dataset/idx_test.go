package dataset_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

func TestBadIDX(t *testing.T) {
	good := idxImages(2, 2, 3, make([]byte, 12))
	cut := func(b []byte, n int) []byte { return b[:len(b)-n] }
	twice := packed(good)
	wrongSum := packed(good)
	wrongSum[len(wrongSum)-5] ^= 1
	for name, c := range map[string]struct {
		images, labels []byte
		parts          []string
	}{
		"labels for images":   {idxLabels(1, 2), nil, []string{"images: offset 0", "0x00000801 (labels)", "want 0x00000803 (images)"}},
		"images for labels":   {good, good, []string{"labels: offset 0", "0x00000803 (images)", "want 0x00000801"}},
		"short header":        {good[:9], nil, []string{"images: ends at offset 9", "want 16 bytes"}},
		"short":               {cut(good, 1), nil, []string{"images: offset 4", "2 images of 2x3", "want 28 bytes, got 27"}},
		"long":                {append(idxImages(2, 2, 3, make([]byte, 12)), 0), nil, []string{"images: offset 4", "want 28 bytes, got 29"}},
		"packed short":        {packed(cut(good, 1)), nil, []string{"images: ends at offset 27", "want 28 bytes"}},
		"packed long":         {packed(append(idxImages(2, 2, 3, make([]byte, 12)), 0)), nil, []string{"images: offset 28", "want the end of the file"}},
		"no images":           {idxImages(0, 2, 3, nil), nil, []string{"offset 4", "count is 0"}},
		"no pixels":           {idxImages(2, 0, 3, nil), nil, []string{"offset 8", "0x3", "at least 1x1"}},
		"huge images":         {idxImages(1, 5000, 5000, nil), nil, []string{"offset 8", "5000x5000", "16777216"}},
		"huge side":           {idxImages(1, 1<<31, 1<<31, nil), nil, []string{"offset 8", "2147483648x2147483648"}},
		"huge count":          {idxImages(1<<32-1, 2, 3, nil), nil, []string{"offset 4", "4294967295 images", "got 16"}},
		"packed huge count":   {packed(idxImages(1<<31-1, 4096, 4096, nil)), nil, []string{"offset 4", "2147483647 images", "more than the gzip file can hold"}},
		"gzip cut":            {cut(packed(good), 14), nil, []string{"images: offset", "gzip file is cut short", "want 28 bytes"}},
		"gzip trailer cut":    {cut(packed(good), 3), nil, []string{"images: offset 28", "gzip file is cut short"}},
		"gzip checksum":       {wrongSum, nil, []string{"images: offset", "gzip: invalid checksum"}},
		"gzip header":         {[]byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9}, nil, []string{"images: offset 0", "gzip: invalid header"}},
		"gzip then more":      {append(twice, "junk"...), nil, []string{"images: offset 28", "gzip"}},
		"fewer labels":        {good, idxLabels(1), []string{"labels: offset 4", "count is 1 labels", "want 2"}},
		"labels cut":          {good, cut(idxLabels(1, 2), 1), []string{"labels: ends at offset 9", "want 10"}},
		"labels go on":        {good, append(idxLabels(1, 2), 3), []string{"labels: offset 10", "want the end"}},
		"packed labels go on": {good, packed(append(idxLabels(1, 2), 3)), []string{"labels: offset 10", "want the end"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, err := dataset.OpenIDXBytes(t.Context(), c.images, c.labels, dataset.Options{})
			says(t, err, c.parts...)
			if s != nil || !errors.Is(err, content.ErrFormat) {
				t.Errorf("got %v, %v", s, err)
			}
		})
	}
}

func TestUncachedIDXFileVanishes(t *testing.T) {
	images, _ := idxOf(randomSet(t, 3, raster.Size{Height: 2, Width: 2}))
	path := write(t, filepath.Join(t.TempDir(), "images"), images)
	s, _ := mustOpen(t, path, dataset.Options{Cache: -1})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	err := s.Read(make([]byte, 4), 2)
	says(t, err, "dataset: "+path, "image 2")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap ErrNotExist", err)
	}
}

func FuzzIDX(f *testing.F) {
	good := idxImages(2, 2, 3, make([]byte, 12))
	f.Add(good, idxLabels(1, 2))
	f.Add(packed(good), packed(idxLabels(1, 2)))
	f.Add(packed(idxImages(1<<31-1, 4096, 4096, nil)), []byte(nil))
	f.Add(good[:20], []byte(nil))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		s, r, err := dataset.OpenIDXBytes(t.Context(), images, labels, dataset.Options{Readers: 1, Cache: 1 << 20})
		if err != nil {
			return
		}
		if s.Len() != r.Images || s.Len()*s.Shape().Values() != len(s.Bytes()) {
			t.Fatalf("%d images of %v in %d bytes", s.Len(), s.Shape().Size, len(s.Bytes()))
		}
		if len(images) > 4 && images[0] == 0 && int64(binary.BigEndian.Uint32(images[4:])) != int64(s.Len()) {
			t.Fatalf("%d images, header says otherwise", s.Len())
		}
	})
}
