package array_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gorgan/dataset/array"
)

// zeros is a stream of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// bomb is a gzip file of a text and then so many zero bytes.
func bomb(t *testing.T, head []byte, zeroBytes int64) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	must(t, err)
	_, err = z.Write(head)
	must(t, err)
	_, err = io.CopyN(z, zeros{}, zeroBytes)
	must(t, err)
	must(t, z.Close())
	return append(out.Bytes(), make([]byte, out.Len())...) // padding makes the bound for what it can hold larger
}

// TestLyingFiles: a file that tells of more than it has ends in one sentence, and takes little memory.
func TestLyingFiles(t *testing.T) {
	const most = 110 << 20
	for name, c := range map[string]struct {
		data []byte
		part string
	}{
		"idx":         {bomb(t, idx(8, nil, 200_000, 28, 28), 100<<20), "ends at offset"},
		"colours":     {bomb(t, idx(8, nil, 1<<14, 3, 60, 60), 100<<20), "ends at offset"},
		"npy":         {bomb(t, npy("'|u1'", "False", "(200000, 28, 28)", nil), 100<<20), "ends at offset"},
		"floats":      {bomb(t, npy("'<f4'", "False", "(50000, 28, 28)", nil), 100<<20), "ends at offset"},
		"fortran":     {bomb(t, npy("'<i2'", "True", "(100000, 28, 28)", nil), 100<<20), "ends at offset"},
		"npz":         {zipOf(8, [2]string{"images.npy", string(npy("'|u1'", "False", "(300000, 28, 28)", make([]byte, 10<<20)))}), "more than the packed file can hold"},
		"csv":         {bomb(t, []byte(pixelRow(36, "1")+"\n1,"), 100<<20), "longer than 4096 bytes"},
		"wide csv":    {packed([]byte(pixelRow(3<<20, "1"))), "3145728 columns, want at most 1048576"},
		"long csv":    {packed([]byte(pixelRow(36, "1") + strings.Repeat("x", 20<<20))), "line 1"},
		"blank lines": {packed([]byte("label,pixel0,pixel1," + pixelRow(782, "p") + strings.Repeat("\n", 30<<20))), "has no rows"},
		"tar":         {hugeTar(), "data_batch_1.bin: has"},
	} {
		path := write(t, filepath.Join(t.TempDir(), name), c.data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := array.Open(t.Context(), path, array.Options{Memory: 1 << 34})
		runtime.ReadMemStats(&after)
		says(t, err, name+": ", c.part)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > most {
			t.Errorf("%s: %d MB were allocated", name, taken>>20)
		}
	}
}

// hugeTar is a tar whose first file has 8 GB by its header.
func hugeTar() []byte {
	data := tarOf([2]string{"cifar/data_batch_1.bin", "x"})
	copy(data[124:], fmt.Sprintf("%011o\x00", int64(3073*2_000_000)))
	copy(data[148:], "        ")
	sum := 0
	for _, b := range data[:512] {
		sum += int(b)
	}
	copy(data[148:], fmt.Sprintf("%06o\x00 ", sum))
	return data
}

// TestLyingLabels: labels are counted against the images before they are read.
func TestLyingLabels(t *testing.T) {
	images := idxImages(1, 1, 1, []byte{1})
	labels := binary.BigEndian.AppendUint32([]byte{0, 0, 12, 2, 0, 0, 0, 1}, 1<<31)
	_, err := openBytes(t, images, labels, roomy)
	says(t, err, "2147483648 columns")
	// Labels that take too much are refused before they are read.
	many := bomb(t, idx(8, nil, 100<<20, 1, 1), 100<<20)
	_, err = openBytes(t, many, idx(8, nil, 100<<20), array.Options{Memory: 120 << 20})
	says(t, err, "more than the cache of 125829120: gunzip the file or raise --cache to 500")
}
