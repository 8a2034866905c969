package array_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"gorgan/dataset/array"
	"gorgan/dataset/content"
)

func TestNumPysArchives(t *testing.T) {
	test := roomy
	test.Split = "test"
	stays := array.Options{}
	labels := []int32{4, 0, 2}
	for _, c := range []struct {
		name   string
		o      array.Options
		colour bool
		count  int
		labels bool
		splits bool
		notes  []string
	}{
		{"keras", roomy, false, 3, true, true, nil},
		{"keras", stays, false, 3, true, true, nil},
		{"keras", test, false, 2, true, true, nil},
		{"medmnist", roomy, true, 3, true, true, []string{"arrays that are not used: val_images, val_labels"}},
		{"medmnist", test, true, 2, true, true, []string{"arrays that are not used: val_images, val_labels"}},
		{"arr", roomy, false, 3, true, false, nil},
		{"arr", test, false, 3, true, false, nil},
		{"one", roomy, false, 3, false, false, []string{"values from -1 to 1 are taken as 0 to 255"}},
		{"multi", roomy, false, 3, false, false, []string{"labels.npy of shape (3,3) is not used: want one label per image"}},
	} {
		a := mustOpen(t, filepath.Join("testdata", c.name+".npz"), c.o)
		if a.Kind != array.KindNpz || a.Splits != c.splits || (a.Bytes() != nil) != (c.o.Memory > 0) {
			t.Errorf("%s: kind is %q, splits %v, %d bytes", c.name, a.Kind, a.Splits, len(a.Bytes()))
		}
		noted(t, a, c.notes...)
		var want []int32
		if c.labels {
			want = labels[:c.count]
		}
		if c.colour {
			same(t, a, colour(4, 5), golden(c.count, 5, 3), want)
		} else {
			same(t, a, grey(4, 5), golden(c.count, 5, 1), want)
		}
	}
	says(t, fails(t, "testdata/several.npz", roomy), "which array has the images is not clear", "left (3,4,5), right (3,4,5)")
	says(t, fails(t, "testdata/object.npz", roomy), "images.npy: array of Python objects, which is a pickle and is not opened")
	says(t, fails(t, "testdata/medmnist.npz", stays), "take 192 bytes, more than the cache of 0: save it by numpy.savez, which does not compress, or raise --cache to 1")
}

// zipOf makes a zip of files.
func zipOf(method uint16, files ...[2]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: f[0], Method: method})
		w.Write([]byte(f[1]))
	}
	z.Close()
	return b.Bytes()
}

func TestNpzParts(t *testing.T) {
	dir := t.TempDir()
	images := string(npy("'|u1'", "False", "(2, 2, 2)", []byte("abcdefgh")))
	path := write(t, filepath.Join(dir, "a.npz"), zipOf(zip.Store, [2]string{"X_train.npy", images}))
	same(t, mustOpen(t, path, roomy), grey(2, 2), []byte("abcdefgh"), nil)
	test := roomy
	test.Split = "test"
	if err := fails(t, path, test); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	for name, files := range map[string][][2]string{
		"pictures": {{"a.png", content.PNG}, {"labels.npy", images}},
		"nothing":  {{"a.txt", ""}},
	} {
		path := write(t, filepath.Join(dir, name), zipOf(zip.Deflate, files...))
		if a, ok, err := array.Open(t.Context(), path, roomy); a != nil || ok || err != nil {
			t.Errorf("%s: got %v, %v, %v", name, a, ok, err)
		}
	}
}

func TestBadNpz(t *testing.T) {
	good := npy("'|u1'", "False", "(2, 2, 2)", []byte("abcdefgh"))
	stored := zipOf(zip.Store, [2]string{"images.npy", string(good)})
	at := bytes.Index(stored, []byte("abcdefgh"))
	flipped := bytes.Clone(stored)
	flipped[at] ^= 1
	// The length in the directory says 2 GB, in both methods.
	lying := func(data []byte, compressed bool) []byte {
		data = bytes.Clone(data)
		entry := data[bytes.LastIndex(data, []byte("PK\x01\x02")):]
		copy(entry[24:], "\x00\x00\x00\x7f")
		if compressed {
			copy(entry[20:], "\x00\x00\x00\x7f")
		}
		return data
	}
	differs := bytes.Clone(stored)
	differs[bytes.LastIndex(differs, []byte("PK\x01\x02"))+24]++
	bomb := zipOf(zip.Deflate, [2]string{"images.npy", string(npy("'|u1'", "False", "(1000000, 1000, 1000)", make([]byte, 100_000)))})
	for name, c := range map[string]struct {
		data []byte
		part string
	}{
		"checksum":        {flipped, "images.npy: offset"},
		"stored length":   {lying(stored, true), "more than the packed file can hold"},
		"stored lengths":  {differs, "the archive is cut short"},
		"deflated length": {lying(zipOf(zip.Deflate, [2]string{"images.npy", string(good)}), false), "more than the packed file can hold"},
		"bomb":            {bomb, "bytes, more than the packed file can hold"},
		"html":            {zipOf(zip.Store, [2]string{"images.npy", "<html>"}), "is an HTML page"},
		"short":           {zipOf(zip.Deflate, [2]string{"images.npy", string(good[:len(good)-1])}), "images.npy: an array of shape (2,2,2) and type uint8"},
		"long":            {zipOf(zip.Deflate, [2]string{"images.npy", string(good) + "x"}), "images.npy: offset"},
	} {
		err := fails(t, write(t, filepath.Join(t.TempDir(), name+".npz"), c.data), roomy)
		says(t, err, name+".npz: images.npy: ", c.part)
		if !errors.Is(err, content.ErrFormat) {
			t.Errorf("%s: %v does not wrap ErrFormat", name, err)
		}
	}
}

func FuzzNpz(f *testing.F) {
	for _, name := range []string{"keras", "medmnist", "several", "multi"} {
		f.Add(readGolden(f, name+".npz"))
	}
	path := filepath.Join(f.TempDir(), "a.npz")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, data)
		consistent(t, path)
	})
}
