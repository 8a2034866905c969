package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNpyRoundTrip(t *testing.T) {
	want := []float32{1, -2, 0.5, float32(math.Inf(1)), 1e-30, 3}
	var b bytes.Buffer
	if err := errors.Join(writeNpyHeader(&b, 2, 3), writeNpyValues(&b, want[:4]), writeNpyValues(&b, want[4:])); err != nil {
		t.Fatal(err)
	}
	// NumPy asks for values at a multiple of 64 bytes and a newline before them.
	if at := b.Len() - 4*len(want); at%64 != 0 || b.Bytes()[at-1] != '\n' {
		t.Errorf("values begin at %d after %q", at, b.Bytes()[at-1])
	}
	got, rows, cols, err := readNpy(&b, int64(b.Len()))
	if err != nil || rows != 2 || cols != 3 {
		t.Fatalf("(%d,%d), %v", rows, cols, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("value %d is %g, want %g", i, got[i], want[i])
		}
	}
}

// numpy is what numpy.save wrote of array([[0.5, -1.25]]), float64.
const numpy = "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }" +
	"                                                          \n" +
	"\x00\x00\x00\x00\x00\x00\xe0?\x00\x00\x00\x00\x00\x00\xf4\xbf"

func TestNpyFromNumPy(t *testing.T) {
	got, rows, cols, err := readNpy(strings.NewReader(numpy), int64(len(numpy)))
	if err != nil || rows != 1 || cols != 2 || got[0] != 0.5 || got[1] != -1.25 {
		t.Errorf("%v (%d,%d), %v", got, rows, cols, err)
	}
}

func TestNpyErrors(t *testing.T) {
	for old, c := range map[string]struct{ replacement, want string }{
		"NUMPY":                {"numpy", "not a .npy file"},
		"\x01\x00":             {"\x02\x00", "version 1.0"},
		"v\x00":                {"\xff\x00", "header has 255 bytes"},
		"descr":                {"DESCR", "lacks descr"},
		"False":                {"True ", "Fortran order"},
		"(1, 2)":               {"(12,) ", "want a matrix"},
		"<f8":                  {"<i8", "want float32 or float64"},
		"1, 2":                 {"2, 2", "with 16 bytes of values"},
		"(1, 2), }           ": {"(9999999999999, 99), }", "bytes of values"},
	} {
		text := strings.Replace(numpy, old, c.replacement, 1)
		if text == numpy {
			t.Fatalf("%q is not in the file", old)
		}
		if _, _, _, err := readNpy(strings.NewReader(text), int64(len(text))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: got %v, want %q", c.replacement, old, err, c.want)
		}
	}
}

// TestNpyShrinks: a file that is cut while it is read.
func TestNpyShrinks(t *testing.T) {
	cut := numpy[:len(numpy)-1]
	if _, _, _, err := readNpy(strings.NewReader(cut), int64(len(numpy))); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("got %v", err)
	}
}

// TestNoiseIsFinite: what no generator can draw from is refused, with its row.
func TestNoiseIsFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var b bytes.Buffer
		if err := errors.Join(writeNpyHeader(&b, 3, 2), writeNpyValues(&b, []float32{1, 0, -1, 1, 0.5, float32(bad)})); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "noise.npy")
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := readNoise(path, 2); err == nil || !strings.Contains(err.Error(), "row 2 has "+fmt.Sprint(bad)+" in column 1") {
			t.Errorf("%v: got %v", bad, err)
		}
	}
}

func FuzzNpy(f *testing.F) {
	f.Add([]byte(numpy))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, rows, cols, err := readNpy(bytes.NewReader(text), int64(len(text)))
		if err == nil && (len(v) != rows*cols || 4*len(v) > len(text)) {
			t.Errorf("%d values of (%d,%d) from %d bytes", len(v), rows, cols, len(text))
		}
	})
}
