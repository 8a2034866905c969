package array_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset/array"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

func TestBadIDX(t *testing.T) {
	good := idxImages(2, 2, 3, make([]byte, 12))
	cut := func(b []byte, n int) []byte { return b[:len(b)-n] }
	wrongSum := packed(good)
	wrongSum[len(wrongSum)-5] ^= 1
	for name, c := range map[string]struct {
		images, labels []byte
		parts          []string
	}{
		"labels for images":   {idxLabels(1, 2), nil, []string{"images: offset 0", "0x00000801 (labels)", "want 0x00000803 (images)"}},
		"images for labels":   {good, good, []string{"labels: offset 0", "0x00000803 (images)", "want 0x00000801"}},
		"floats":              {idx(13, make([]byte, 16), 1, 2, 2), nil, []string{"0x00000d03 (an IDX file of other values than bytes)"}},
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
		"huge in colour":      {idx(8, nil, 1<<32-1, 4096, 4096, 3), nil, []string{"offset 4", "4294967295 images of 4096x4096x3"}},
		"four channels":       {idx(8, make([]byte, 16), 1, 2, 2, 4), nil, []string{"offset 8", "(1,2,2,4) is not of images", "1 or 3 channels"}},
		"packed huge count":   {packed(idxImages(1<<31-1, 4096, 4096, nil)), nil, []string{"offset 4", "2147483647 images", "more than the packed file can hold"}},
		"gzip cut":            {cut(packed(good), 14), nil, []string{"images: offset", "gzip file is cut short"}},
		"gzip trailer cut":    {cut(packed(good), 3), nil, []string{"images: offset 28", "gzip file is cut short"}},
		"gzip checksum":       {wrongSum, nil, []string{"images: offset", "gzip: invalid checksum"}},
		"gzip header":         {[]byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9}, nil, []string{"images: offset 0", "gzip: invalid header"}},
		"gzip then more":      {append(packed(good), "junk"...), nil, []string{"images: offset 28", "gzip"}},
		"html for images":     {packed([]byte("<!DOCTYPE html><p>not found")), nil, []string{"images: is an HTML page, perhaps that of a failed download, want an IDX file"}},
		"html":                {good, []byte("<html>not found"), []string{"labels: is an HTML page"}},
		"fewer labels":        {good, idxLabels(1), []string{"labels: offset 4", "count is 1 labels", "want 2"}},
		"labels cut":          {good, cut(idxLabels(1, 2), 1), []string{"labels: ends at offset 9", "want 10"}},
		"labels go on":        {good, append(idxLabels(1, 2), 3), []string{"labels: offset 10", "want the end"}},
		"packed labels go on": {good, packed(append(idxLabels(1, 2), 3)), []string{"labels: offset 10", "want the end"}},
		"negative label":      {good, idx(12, []byte{0, 0, 0, 1, 255, 255, 255, 255}, 2), []string{"labels: offset 12: label is -1"}},
		"no columns":          {good, idx(12, nil, 2, 0), []string{"labels: offset 8: 0 columns"}},
		"many columns":        {good, idx(12, nil, 2, 1<<31), []string{"labels: offset 8: 2147483648 columns"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := openBytes(t, c.images, c.labels, roomy)
			says(t, err, c.parts...)
			if a != nil || !errors.Is(err, content.ErrFormat) {
				t.Errorf("got %v, %v", a, err)
			}
		})
	}
}

// TestIDXDialects: images that are written in any form are read as the same images.
func TestIDXDialects(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		count, height, width := rapid.IntRange(1, 4).Draw(r, "count"), rapid.IntRange(2, 5).Draw(r, "height"), rapid.IntRange(2, 5).Draw(r, "width")
		shape := grey(height, width)
		dims := []uint32{uint32(count), uint32(height), uint32(width)}
		form := rapid.SampledFrom([]string{"grey", "pixels", "planes", "one channel last", "one channel first"}).Draw(r, "form")
		switch form {
		case "pixels":
			shape, dims = colour(height, width), append(dims, 3)
		case "planes":
			shape, dims = colour(height, width), []uint32{dims[0], 3, dims[1], dims[2]}
			if width == 3 {
				r.Skip("is read as pixels")
			}
		case "one channel last":
			dims = append(dims, 1)
		case "one channel first":
			dims = []uint32{dims[0], 1, dims[1], dims[2]}
			if width == 3 {
				r.Skip("is read as one row of colours")
			}
		}
		n := count * shape.Values()
		pixels := rapid.SliceOfN(rapid.Byte(), n, n).Draw(r, "pixels")
		values := pixels
		if form == "planes" {
			values = planes(pixels, shape)
		}
		var labels []int32
		var stored []byte
		switch rapid.IntRange(0, 3).Draw(r, "labels") {
		case 1:
			for i := range count {
				labels, stored = append(labels, int32(9*i)), append(stored, byte(9*i))
			}
			stored = idx(8, stored, uint32(count))
		case 2, 3:
			const columns = 8
			for i := range count {
				labels = append(labels, int32(1000*i))
				stored = binary.BigEndian.AppendUint32(stored, uint32(1000*i))
				stored = append(stored, make([]byte, 4*(columns-1))...)
			}
			stored = idx(12, stored, uint32(count), columns)
		}
		images := idx(8, values, dims...)
		o := roomy
		if rapid.Bool().Draw(r, "packed") {
			images = packed(images)
		} else if rapid.Bool().Draw(r, "stays in the file") {
			o.Memory = 0
		}
		a, err := openBytes(t, images, stored, o)
		if err != nil {
			r.Fatal(err)
		}
		if (a.Bytes() == nil) != (o.Memory == 0) {
			r.Fatalf("%d bytes are held of %d", len(a.Bytes()), o.Memory)
		}
		same(t, a, shape, pixels, labels)
		must(t, a.Close())
	})
}

// planes are the values of images, channel after channel.
func planes[T any](pixels []T, shape raster.Shape) []T {
	out := make([]T, 0, len(pixels))
	for i := 0; i < len(pixels); i += shape.Values() {
		for c := range shape.Channels {
			for p := range shape.Area() {
				out = append(out, pixels[i+p*shape.Channels+c])
			}
		}
	}
	return out
}

func TestIDXTooLarge(t *testing.T) {
	images := idxImages(2, 2, 2, make([]byte, 8))
	_, err := openBytes(t, packed(images), idxLabels(1, 2), array.Options{Memory: 15})
	says(t, err, "images: its 2 images of 2x2 take 16 bytes, more than the cache of 15: gunzip the file or raise --cache to 1")
	if a, err := openBytes(t, packed(images), idxLabels(1, 2), array.Options{Memory: 16}); err != nil || a.Bytes() == nil {
		t.Errorf("16 bytes do not fit: %v", err)
	}
}

func TestPaddedGzip(t *testing.T) {
	pixels := []byte{1, 2, 3, 4, 5, 6, 7, 8}
	images := idxImages(2, 2, 2, pixels)
	padded := append(packed(images[:20]), append(packed(images[20:]), make([]byte, 700)...)...)
	a, err := openBytes(t, padded, packed(idxLabels(3, 4)), roomy)
	must(t, err)
	same(t, a, grey(2, 2), pixels, []int32{3, 4})
	_, err = openBytes(t, append(padded, 1), nil, roomy)
	says(t, err, "gzip file is followed by other bytes")
}

// TestCancelled: reading ends when its context does.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{"../mnist", "testdata/le_f4_unit.npy", "testdata/u1_fortran.npy", "testdata/keras.npz"} {
		if a, _, err := array.Open(ctx, path, roomy); a != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, %v", path, a, err)
		}
	}
}

// TestReadsAtOnce: images that stay in a file are read by several goroutines.
func TestReadsAtOnce(t *testing.T) {
	for _, name := range []string{"u1_chw", "be_f4_both", "u1"} {
		a := mustOpen(t, "testdata/"+name+".npy", array.Options{})
		want := golden(3, 5, a.Shape.Channels)
		var all sync.WaitGroup
		for k := range 64 {
			all.Go(func() {
				got, n := make([]byte, a.Shape.Values()), a.Shape.Values()
				if err := a.Read(got, k%3); err != nil || !bytes.Equal(got, want[k%3*n:][:n]) {
					t.Errorf("%s: image %d is %v, %v", name, k%3, got, err)
				}
			})
		}
		all.Wait()
		for _, i := range []int{-1, 3} {
			if a.Read(make([]byte, a.Shape.Values()), i) == nil {
				t.Errorf("image %d of 3 is read", i)
			}
		}
		if a.Read(nil, 0) == nil {
			t.Error("an image is read into nothing")
		}
	}
}

// TestOthers: what is none of the formats is left alone.
func TestOthers(t *testing.T) {
	for name, text := range map[string]string{"text": "a.png 1\n", "empty": "", "image": content.PNG, "zeros": "\x00\x00\x00\x00\x00"} {
		path := write(t, filepath.Join(t.TempDir(), name), []byte(text))
		for _, p := range []string{path, filepath.Dir(path)} {
			if a, ok, err := array.Open(t.Context(), p, roomy); a != nil || ok || err != nil {
				t.Errorf("%s: got %v, %v, %v", p, a, ok, err)
			}
		}
	}
}

func FuzzIDX(f *testing.F) {
	good := idxImages(2, 2, 3, make([]byte, 12))
	f.Add(good, idxLabels(1, 2))
	f.Add(packed(good), packed(idxLabels(1, 2)))
	f.Add(packed(idxImages(1<<31-1, 4096, 4096, nil)), []byte(nil))
	f.Add(good[:20], []byte(nil))
	f.Add(idx(8, make([]byte, 24), 2, 3, 2, 2), idx(12, make([]byte, 64), 2, 8))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		a, err := openBytes(t, images, labels, array.Options{Memory: 1 << 20})
		if err != nil {
			return
		}
		defer a.Close()
		if a.Bytes() != nil && a.Len()*a.Shape.Values() != len(a.Bytes()) {
			t.Fatalf("%d images of %v in %d bytes", a.Len(), a.Shape, len(a.Bytes()))
		}
		if len(images) > 4 && images[0] == 0 && int64(binary.BigEndian.Uint32(images[4:])) != int64(a.Len()) {
			t.Fatalf("%d images, header says otherwise", a.Len())
		}
		if err := a.Read(make([]byte, a.Shape.Values()), a.Len()-1); err != nil {
			t.Fatal(err)
		}
	})
}
