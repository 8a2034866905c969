package main

import (
	"archive/zip"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// casesFolder unpacks files that went wrong with other tools.
func casesFolder(t *testing.T) string {
	t.Helper()
	z, err := zip.OpenReader("../../dataset/testdata/cases.zip")
	must(t, err)
	defer z.Close()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, z))
	return dir
}

// TestCasesOfArrays: samples and noise have the same values whatever the order, the byte order and the shape
// of their file.
func TestCasesOfArrays(t *testing.T) {
	dir := filepath.Join(casesFolder(t), "npy")
	values := func(name string, n int) (all []float32) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		for data = data[len(data)-4*n:]; len(data) > 0; data = data[4:] {
			all = append(all, math.Float32frombits(binary.LittleEndian.Uint32(data)))
		}
		return all
	}
	images := values("ok.npy", 8*784)
	for _, name := range []string{"ok.npy", "big_endian.npy", "fortran.npy", "n28x28.npy"} {
		s, err := openSamples(filepath.Join(dir, name))
		must(t, err)
		drawn, err := s.draw(t.Context(), 0)
		if err != nil || s.values != 784 || !slices.Equal(drawn.Values, images) {
			t.Errorf("%s: %d values of images of %d, %v", name, len(drawn.Values), s.values, err)
		}
	}
	columns, rows := values("noise_fortran.npy", 9*100), make([]float32, 9*100)
	for k, v := range columns {
		rows[k%9*100+k/9] = v
	}
	if got, err := readNoise(filepath.Join(dir, "noise_fortran.npy"), 100); err != nil || !slices.Equal(got, rows) {
		t.Errorf("noise of %d values, %v", len(got), err)
	}
}
