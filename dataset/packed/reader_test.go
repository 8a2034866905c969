package packed_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/packed"
)

func zipped(b string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	io.WriteString(z, b)
	z.Close()
	return out.String()
}

func TestReader(t *testing.T) {
	long := strings.Repeat("0123456789", 50_000)
	for _, c := range []struct {
		name, file, want string
		packed           bool
	}{
		{"empty", "", "", false},
		{"one byte", "\x1f", "\x1f", false},
		{"plain", long, long, false},
		{"gzip", zipped(long), long, true},
		{"empty gzip", zipped(""), "", true},
		{"members", zipped("ab") + zipped("") + zipped("c"), "abc", true},
		{"padded", zipped("ab") + strings.Repeat("\x00", 70_000), "ab", true},
		{"padded between", zipped("ab") + "\x00\x00" + zipped("c"), "abc", true},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(c.file), 0o666); err != nil {
			t.Fatal(err)
		}
		r, err := packed.Open(path)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != c.want || r.Packed() != c.packed {
			t.Errorf("%s: got %d bytes, packed %v, error %v, want %d bytes, packed %v", c.name, len(got), r.Packed(), err, len(c.want), c.packed)
		}
		if r.Most() < int64(len(got)) || !c.packed && r.Most() != int64(len(got)) {
			t.Errorf("%s: Most is %d for %d bytes", c.name, r.Most(), len(got))
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: close: %v", c.name, err)
		}
	}
}

func TestBroken(t *testing.T) {
	whole := zipped("some text that is packed")
	for cut := 2; cut < len(whole); cut++ {
		err := readAll(whole[:cut])
		if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, content.ErrFormat) {
			t.Errorf("cut after %d bytes: error is %v, want it to wrap io.ErrUnexpectedEOF and content.ErrFormat", cut, err)
		}
		if err := readAll(whole + whole[:cut]); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("second member cut after %d bytes: error is %v, want it to wrap io.ErrUnexpectedEOF", cut, err)
		}
	}
	changed := []byte(whole)
	changed[len(changed)-6] ^= 1 // of the checksum
	for name, file := range map[string]string{"checksum": string(changed), "followed": whole + "x", "header": whole[:3] + "\xff" + whole[4:]} {
		if err := readAll(file); !errors.Is(err, content.ErrFormat) {
			t.Errorf("%s: error is %v, want it to wrap content.ErrFormat", name, err)
		}
	}
}

func readAll(file string) error {
	r, err := packed.New(strings.NewReader(file), int64(len(file)))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

func TestOpenNames(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	if _, err := packed.Open(missing); !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), missing) != 1 {
		t.Errorf("missing file: error is %v", err)
	}
	if _, err := packed.Open(dir); err == nil || !strings.Contains(err.Error(), dir+" is a folder") {
		t.Errorf("folder: error is %v", err)
	}
}
