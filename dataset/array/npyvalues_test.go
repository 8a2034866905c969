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

	"pgregory.net/rapid"

	"gorgan/dataset/array"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// TestMatrix: an array of any form is read as the same numbers.
func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		file, kind string
		channels   int
		value      func(byte) float64
	}{
		{"u1", "uint8", 1, func(p byte) float64 { return float64(p) }},
		{"u1_fortran", "uint8", 1, func(p byte) float64 { return float64(p) }},
		{"u1_n1hw", "uint8", 1, func(p byte) float64 { return float64(p) }},
		{"u1_hwc_fortran", "uint8", 3, func(p byte) float64 { return float64(p) }},
		{"u1_chw", "uint8", 3, func(p byte) float64 { return float64(p) }},
		{"u1_chw_fortran", "uint8", 3, func(p byte) float64 { return float64(p) }},
		{"be_i8", "int64", 1, func(p byte) float64 { return float64(p) }},
		{"be_f8_unit", "float64", 1, func(p byte) float64 { return float64(p) / 255 }},
		{"f4_fortran", "float32", 1, func(p byte) float64 { return float64(p) / 255 }},
		{"f4_chw", "float32", 3, func(p byte) float64 { return float64(p)/127.5 - 1 }},
	} {
		m, err := array.ReadNpy("testdata/" + c.file + ".npy")
		must(t, err)
		if m.Rows != 3 || m.Cols != 20*c.channels || m.Type != c.kind || m.Dims[0] != 3 {
			t.Errorf("%s: %d by %d of %s, axes %v", c.file, m.Rows, m.Cols, m.Type, m.Dims)
		}
		if chw := strings.Contains(c.file, "chw"); chw != (len(m.Notes) == 1) {
			t.Errorf("%s: notes %q", c.file, m.Notes)
		}
		for i, p := range golden(3, 5, c.channels) {
			if want := float32(c.value(p)); m.Values[i] != want {
				t.Fatalf("%s: value %d is %g, want %g", c.file, i, m.Values[i], want)
			}
		}
	}
	dir := t.TempDir()
	for name, c := range map[string]struct {
		data []byte
		part string
	}{
		"flat":   {npy("'<f4'", "False", "(1,)", make([]byte, 4)), "array of shape (1,), want 2 or more axes"},
		"packed": {packed(npy("'<f4'", "False", "(1, 1)", make([]byte, 4))), "is in gzip"},
		"png":    {[]byte(content.PNG), "is PNG, want a .npy file"},
		"zip":    {readGolden(t, "keras.npz"), "is a ZIP archive, want a .npy file"},
		"text":   {[]byte("not an array at all"), "want a .npy file of version 1 to 3"},
	} {
		_, err := array.ReadNpy(write(t, filepath.Join(dir, name), c.data))
		says(t, err, name+": ", c.part)
	}
}

// TestNpyRoundTrip: what is written is read again, and has the form that NumPy writes.
func TestNpyRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	rapid.Check(t, func(r *rapid.T) {
		dims := rapid.SliceOfN(rapid.IntRange(1, 5), 2, 4).Draw(r, "dims")
		if len(dims) == 4 && dims[1] == 3 {
			dims[3] = 1 // planes become pixels
		}
		n := 1
		for _, d := range dims {
			n *= d
		}
		values := rapid.SliceOfN(rapid.Float32(), n, n).Draw(r, "values")
		var b bytes.Buffer
		half := n / 2
		must(t, errors.Join(array.WriteNpyHeader(&b, dims...), array.WriteNpyValues(&b, values[:half]), array.WriteNpyValues(&b, values[half:])))
		// NumPy asks for values at a multiple of 64 bytes and a newline before them.
		if at := b.Len() - 4*n; at%64 != 0 || b.Bytes()[at-1] != '\n' {
			r.Fatalf("values begin at %d after %q", at, b.Bytes()[at-1])
		}
		m, err := array.ReadNpy(write(t, path, b.Bytes()))
		if err != nil || fmt.Sprint(m.Dims) != fmt.Sprint(dims) || m.Rows != dims[0] || m.Rows*m.Cols != n {
			r.Fatalf("%d by %d, axes %v, %v, want %v", m.Rows, m.Cols, m.Dims, err, dims)
		}
		for i := range values {
			if m.Values[i] != values[i] {
				r.Fatalf("value %d is %g, want %g", i, m.Values[i], values[i])
			}
		}
	})
	var b bytes.Buffer
	must(t, array.WriteNpyHeader(&b, 5))
	if !strings.Contains(b.String(), "'shape': (5,), }") {
		t.Errorf("header is %q", b.String())
	}
}

// TestFortranOfAnyShape: arrays in Fortran order come out as those in C order.
func TestFortranOfAnyShape(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	rapid.Check(t, func(r *rapid.T) {
		count, height, width := rapid.IntRange(1, 5).Draw(r, "count"), rapid.IntRange(2, 5).Draw(r, "height"), rapid.IntRange(4, 6).Draw(r, "width")
		shape := raster.Shape{Size: raster.Size{Height: height, Width: width}, Channels: rapid.SampledFrom([]int{1, 3}).Draw(r, "channels")}
		dims := []int{count, height, width, shape.Channels}
		n := count * shape.Values()
		pixels := rapid.SliceOfN(rapid.Byte(), n, n).Draw(r, "pixels")
		values := pixels
		if rapid.Bool().Draw(r, "planes") {
			dims, values = []int{count, shape.Channels, height, width}, planes(pixels, shape)
		}
		data := npy("'|u1'", "True", fmt.Sprintf("(%d, %d, %d, %d)", dims[0], dims[1], dims[2], dims[3]), fortran(values, dims))
		same(t, mustOpen(t, write(t, path, data), roomy), shape, pixels, nil)
		m, err := array.ReadNpy(path)
		must(t, err)
		for i, p := range pixels {
			if m.Values[i] != float32(p) {
				r.Fatalf("value %d is %g, want %d", i, m.Values[i], p)
			}
		}
	})
}

// fortran orders values so that the first axis is the fastest.
func fortran[T any](values []T, dims []int) []T {
	out := make([]T, len(values))
	for k := range values {
		at, in, stride := k, 0, len(values)
		for axis := len(dims) - 1; axis >= 0; axis-- {
			stride /= dims[axis]
			in += at % dims[axis] * stride
			at /= dims[axis]
		}
		out[in] = values[k]
	}
	return out
}

// TestFloat16: the values of IEEE 754's binary16, the smallest and the largest among them.
func TestFloat16(t *testing.T) {
	bits := []uint16{0x0000, 0x8000, 0x0001, 0x83ff, 0x0400, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x7c00, 0xfc00, 0x7e00}
	want := []float64{0, math.Copysign(0, -1), 0x1p-24, -1023 * 0x1p-24, 0x1p-14, 1, -2, 0.333251953125, 65504, math.Inf(1), math.Inf(-1), math.NaN()}
	var raw []byte
	for _, b := range bits {
		raw = binary.BigEndian.AppendUint16(raw, b)
	}
	m, err := array.ReadNpy(write(t, filepath.Join(t.TempDir(), "a.npy"), npy("'>f2'", "False", "(3, 4)", raw)))
	must(t, err)
	for i, v := range want {
		if got := m.Values[i]; math.Float32bits(got) != math.Float32bits(float32(v)) {
			t.Errorf("0x%04x is %g, want %g", bits[i], got, v)
		}
	}
}
