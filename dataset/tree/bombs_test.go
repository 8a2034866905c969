package tree_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"gorgan/dataset/tree"
)

// TestBombs: a hostile archive takes no more memory than a good one.
func TestBombs(t *testing.T) {
	const most = 220 << 20
	zeros := func(n int64) []byte {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, 9)
		io.CopyN(z, zeroReader{}, n)
		z.Close()
		return b.Bytes()
	}
	header := func(size int64) []byte {
		var b bytes.Buffer
		tar.NewWriter(&b).WriteHeader(&tar.Header{Name: "a", Size: size})
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"tar of 2^40":        {header(1 << 40), "archive is cut short: a has 1099511627776 bytes, and 0 are there"},
		"tar.gz of 2^40":     {gzipOf(header(1 << 40)), "cut short"},
		"tar.gz of 60 MB":    {gzipOf(header(60 << 20)), ": a: ends after 0 bytes, want 62914560"},
		"tar.gz of a bomb":   {append(gzipOf(header(1<<28)), zeros(1<<28+1024)...), "its files take 256 MiB unpacked, more than the 64 MiB"},
		"zip of 3 M files":   {emptyEntries(3_000_000), "files and folders take more than 192 MiB of memory for their paths"},
		"zip of 1 M files":   {emptyEntries(1_000_000), ""},
		"tar of 2^33 header": {longName(1 << 33), "cut short"},
	} {
		if testing.Short() && len(c.data) > 1<<20 {
			continue
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := openBytes(t, c.data, tree.Options{Memory: 64 << 20})
		runtime.ReadMemStats(&after)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error is %v, want %s", name, err, c.want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > most {
			t.Errorf("%s: %d MiB allocated, want at most %d", name, got>>20, most>>20)
		}
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// longName is a tar whose header says that a name of so many bytes follows.
func longName(size int64) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: "x", Size: size, Format: tar.FormatGNU})
	head := b.Bytes()
	head[156] = 'L'
	return checksummed(head)
}

func checksummed(head []byte) []byte {
	copy(head[148:156], "        ")
	sum := 0
	for _, b := range head[:512] {
		sum += int(b)
	}
	copy(head[148:], fmt.Sprintf("%06o\x00 ", sum))
	return head
}

// emptyEntries is a zip64 of many empty files, all the same one.
func emptyEntries(n int) []byte {
	one := zipOf([]string{"f"}, nil)
	from, to := bytes.Index(one, []byte("PK\x01\x02")), bytes.Index(one, []byte("PK\x05\x06"))
	data := append(bytes.Clone(one[:from]), bytes.Repeat(one[from:to], n)...)
	at := uint64(len(data))
	le := binary.LittleEndian
	data = append(data, "PK\x06\x06"...)
	data = le.AppendUint64(data, 44)
	data = append(data, make([]byte, 12)...)
	data = le.AppendUint64(data, uint64(n))
	data = le.AppendUint64(data, uint64(n))
	data = le.AppendUint64(data, at-uint64(from))
	data = le.AppendUint64(data, uint64(from))
	data = append(data, "PK\x06\x07\x00\x00\x00\x00"...)
	data = le.AppendUint64(data, at)
	data = append(data, 1, 0, 0, 0)
	data = append(data, "PK\x05\x06\x00\x00\x00\x00"...)
	return append(data, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"...)
}
