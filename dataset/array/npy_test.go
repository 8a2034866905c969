package array_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/array"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// golden are the images of testdata/golden.py of 4 by width pixels.
func golden(count, width, channels int) []byte {
	var pixels []byte
	for i := range count {
		for y := range 4 {
			for x := range width {
				for c := range channels {
					pixels = append(pixels, byte(i*71+y*50+x*13+c*97))
				}
			}
		}
	}
	return pixels
}

// TestNumPysFiles: what NumPy wrote in any form is the same images.
func TestNumPysFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.npy")
	must(t, err)
	seen := 0
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".npy")
		width, shape, notes := 5, grey(4, 5), []string{}
		switch {
		case name == "object" || name == "fields" || name == "text" || name == "complex":
			continue
		case strings.Contains(name, "flat_rgb"):
			width, shape, notes = 4, colour(4, 4), []string{"48 values are taken as 4x4 pixels, each of red, green and blue"}
		case strings.Contains(name, "flat"):
			width, shape, notes = 4, grey(4, 4), []string{"16 values are taken as 4x4 pixels"}
		case strings.Contains(name, "chw"):
			shape, notes = colour(4, 5), []string{"axes (3,3,4,5) are taken as images, channels, height, width"}
		case strings.Contains(name, "n1hw"):
			notes = []string{"axes (3,1,4,5) are taken as images, channels, height, width"}
		case strings.Contains(name, "hwc"):
			shape, notes = colour(4, 5), []string{"axes (3,4,5,3)"}
			notes = notes[:0]
		}
		pixels := golden(3, width, shape.Channels)
		switch {
		case strings.Contains(name, "both"), name == "f4_chw":
			notes = append(notes, "values from -1 to 1 are taken as 0 to 255")
		case strings.Contains(name, "unit"), name == "f4_fortran":
			notes = append(notes, "values from 0 to 1 are taken as 0 to 255")
		case name == "bool":
			notes = append(notes, "values False and True are taken as 0 and 255")
			for i, p := range pixels {
				pixels[i] = 255 * (p >> 7)
			}
		}
		// C order allows images to stay in the file, whatever their type.
		memories := []int64{1 << 20, 0}
		if strings.Contains(name, "fortran") {
			memories = memories[:1]
			says(t, fails(t, path, array.Options{}), "more than the cache of 0: save it in C order, as numpy.ascontiguousarray does, or raise --cache to 1")
		}
		for _, memory := range memories {
			t.Run(fmt.Sprint(name, " ", memory), func(t *testing.T) {
				a := mustOpen(t, path, array.Options{Memory: memory})
				if (a.Bytes() != nil) != (memory > 0) {
					t.Errorf("%d bytes are held", len(a.Bytes()))
				}
				noted(t, a, notes...)
				if strings.Contains(name, "f2") {
					near(t, a, shape, pixels)
					return
				}
				same(t, a, shape, pixels, nil)
			})
		}
		seen++
	}
	if seen < 35 {
		t.Errorf("%d files, want those of testdata/golden.py", seen)
	}
}

// near fails unless a's pixels are these to 1 of 255, as float16 has them.
func near(t *testing.T, a *array.Images, shape raster.Shape, pixels []byte) {
	t.Helper()
	n := shape.Values()
	if a.Shape != shape || a.Len()*n != len(pixels) {
		t.Fatalf("%d images of %v", a.Len(), a.Shape)
	}
	exact := 0
	for i := range a.Len() {
		got := make([]byte, n)
		must(t, a.Read(got, i))
		for k, v := range got {
			off := int(v) - int(pixels[i*n+k])
			if off < -1 || off > 1 {
				t.Fatalf("pixel %d is %d, want %d", k, v, pixels[i*n+k])
			}
			if off == 0 {
				exact++
			}
		}
	}
	if exact < len(pixels)*9/10 {
		t.Errorf("%d of %d pixels are exact", exact, len(pixels))
	}
}

// npy makes a .npy file.
func npy(descr, order, shape string, values []byte) []byte {
	header := fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), values...)
}

func TestBadNpy(t *testing.T) {
	f4 := func(values ...float32) (b []byte) {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		return b
	}
	nan := float32(math.NaN())
	images := "(1, 2, 2)"
	good := npy("'|u1'", "False", images, make([]byte, 4))
	for name, c := range map[string]struct {
		data  []byte
		parts []string
	}{
		"version":        {append([]byte("\x93NUMPY\x04\x00"), good[8:]...), []string{"offset 0", "version 1 to 3"}},
		"cut start":      {good[:7], []string{"ends at offset 7"}},
		"cut header":     {good[:30], []string{"ends at offset 30"}},
		"huge header":    {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{"), []string{"header has 4294967295 bytes, want at most 65536"}},
		"no descr":       {bytes.Replace(good, []byte("descr"), []byte("DESCR"), 1), []string{"lacks descr"}},
		"empty":          {npy("'|u1'", "False", "(0, 2, 2)", nil), []string{"array of shape (0,2,2) is empty"}},
		"no axes":        {npy("'|u1'", "False", "()", []byte{1}), []string{"single value"}},
		"short":          {good[:len(good)-1], []string{"an array of shape (1,2,2) and type uint8, want", "bytes, got"}},
		"long":           {append(bytes.Clone(good), 0), []string{"an array of shape (1,2,2) and type uint8, want", "bytes, got"}},
		"packed short":   {packed(good[:len(good)-1]), []string{"ends at offset"}},
		"packed long":    {packed(append(bytes.Clone(good), 0)), []string{"want the end of the file"}},
		"packed bomb":    {packed(npy("'|u1'", "False", "(1000000, 1000, 1000)", nil)), []string{"more than the packed file can hold"}},
		"overflow":       {npy("'<f8'", "False", "(4294967296, 4294967296, 4294967296)", nil), []string{"more values than a file can hold"}},
		"large number":   {npy("'<f8'", "False", "(99999999999999999999, 1)", nil), []string{"more values than a file can hold"}},
		"many axes":      {npy("'|u1'", "False", "("+strings.Repeat("1, ", 40)+")", []byte{0}), []string{"40 axes"}},
		"huge side":      {npy("'|u1'", "False", "(1, 1, 99999999)", make([]byte, 4)), []string{"want"}},
		"three axes":     {npy("'|u1'", "False", "(1, 2, 2, 2)", make([]byte, 8)), []string{"(1,2,2,2) is not of images"}},
		"one axis":       {npy("'|u1'", "False", "(4,)", make([]byte, 4)), []string{"(4,) is not of images"}},
		"no square":      {npy("'|u1'", "False", "(1, 5)", make([]byte, 5)), []string{"images of 5 values, want the pixels of a square"}},
		"NaN":            {npy("'<f4'", "False", images, f4(0, 1, nan, 0)), []string{"value is NaN at index (0,1,0), want all from 0 to 1 or from -1 to 1"}},
		"NaN in Fortran": {npy("'<f4'", "True", images, f4(0, 1, nan, 0)), []string{"value is NaN at index (0,0,1)"}},
		"large float":    {npy("'<f4'", "False", images, f4(0, 1, 254, 0)), []string{"value is 254 at index (0,1,0)", "save those from 0 to 255 as uint8"}},
		"large integer":  {npy("'<i2'", "False", images, []byte{0, 0, 1, 0, 0, 1, 0, 0}), []string{"image 0: value is 256 at (1,0), want 0 to 255"}},
		"negative":       {npy("'<i2'", "True", images, []byte{0, 0, 255, 255, 0, 0, 0, 0}), []string{"image 0: value is -1 at its value 2, want 0 to 255"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "a.npy"), c.data)
			err := fails(t, path, roomy)
			says(t, err, append(c.parts, path+": ")...)
			if !errors.Is(err, content.ErrFormat) {
				t.Errorf("%v does not wrap ErrFormat", err)
			}
		})
	}
	for name, parts := range map[string][]string{
		"object":  {"Python objects, which is a pickle and is not opened", "numpy.stack"},
		"fields":  {"records with fields"},
		"text":    {"array of type <U2, want bool, uint8"},
		"complex": {"array of type <c8"},
	} {
		says(t, fails(t, "testdata/"+name+".npy", roomy), parts...)
	}
}

// TestNpyLabels: labels beside the images are read.
func TestNpyLabels(t *testing.T) {
	images := npy("'|u1'", "False", "(2, 2, 2)", make([]byte, 8))
	for images2, labels := range map[string]string{"x_train.npy": "y_train.npy", "X.npy": "Y.npy", "X_train.npy": "y_train.npy", "train_images.npy": "train_labels.npy", "images.npy": "labels.npy"} {
		dir := t.TempDir()
		path := write(t, filepath.Join(dir, images2), images)
		same(t, mustOpen(t, path, roomy), grey(2, 2), make([]byte, 8), nil)
		write(t, filepath.Join(dir, labels), npy("'>i4'", "False", "(2, 1)", []byte{0, 0, 1, 2, 0, 0, 0, 3}))
		same(t, mustOpen(t, path, roomy), grey(2, 2), make([]byte, 8), []int32{258, 3})
		write(t, filepath.Join(dir, labels), npy("'<f4'", "False", "(2,)", []byte{0, 0, 0, 63, 0, 0, 0, 0}))
		says(t, fails(t, path, roomy), labels+": label is 0.5 at index (0,), want a whole number from 0")
		write(t, filepath.Join(dir, labels), npy("'|u1'", "False", "(3,)", []byte{0, 0, 0}))
		says(t, fails(t, path, roomy), labels+": 3 labels, want 2")
		write(t, filepath.Join(dir, labels), npy("'|u1'", "False", "(2, 3)", make([]byte, 6)))
		noted(t, mustOpen(t, path, roomy), labels+" of shape (2,3) is not used")
	}
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "images.npy"), images)
	noted(t, mustOpen(t, path, roomy))
	write(t, filepath.Join(dir, "my_labels.npy"), nil)
	noted(t, mustOpen(t, path, roomy), "my_labels.npy looks like labels and is not used")
}

func FuzzNpy(f *testing.F) {
	for _, name := range []string{"u1", "u1_chw_fortran", "be_f2_both", "u1_v3", "object", "bool"} {
		f.Add(readGolden(f, name+".npy"))
	}
	f.Add(packed(npy("'|u1'", "False", "(1000000, 1000, 1000)", nil)))
	path := filepath.Join(f.TempDir(), "a.npy")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, data)
		if m, err := array.ReadNpy(path); err == nil && (len(m.Values) != m.Rows*m.Cols || len(m.Values) > len(data)) {
			t.Errorf("%d values of (%d,%d) from %d bytes", len(m.Values), m.Rows, m.Cols, len(data))
		}
		consistent(t, path)
	})
}

// consistent fails if a file of any content opens as what it cannot be.
func consistent(t *testing.T, path string) {
	t.Helper()
	for _, memory := range []int64{1 << 20, 0} {
		a, ok, err := array.Open(t.Context(), path, array.Options{Memory: memory})
		if err != nil || !ok {
			continue
		}
		if a.Bytes() != nil && len(a.Bytes()) != a.Len()*a.Shape.Values() || a.Len() < 1 || a.Labels != nil && len(a.Labels) != a.Len() {
			t.Errorf("%d images of %v, %d labels, %d bytes", a.Len(), a.Shape, len(a.Labels), len(a.Bytes()))
		}
		if err := a.Read(make([]byte, a.Shape.Values()), a.Len()-1); err != nil {
			t.Error(err)
		}
		a.Close()
	}
}
