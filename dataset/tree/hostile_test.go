package tree_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgan/dataset/content"
	"gorgan/dataset/tree"
)

// openBytes opens an archive in memory by way of a file.
func openBytes(t testing.TB, data []byte, o tree.Options) (*tree.Tree, error) {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "archive")
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, f.Close())
	x, err := tree.Open(t.Context(), f.Name(), o)
	if err == nil {
		t.Cleanup(func() { x.Close() })
	} else if !strings.HasPrefix(err.Error(), f.Name()+": ") {
		t.Errorf("error %q does not begin with the path", err)
	}
	return x, err
}

// readAll reads every file of an archive.
func readAll(t testing.TB, data []byte) error {
	t.Helper()
	x, err := openBytes(t, data, tree.Options{})
	if err != nil {
		return err
	}
	for i := range x.Files() {
		if _, err := x.Read(i, 1<<20); err != nil {
			return err
		}
	}
	return nil
}

// noise does not pack.
func noise(n int) []byte {
	b := make([]byte, n)
	for i, x := 0, uint32(1); i < n; i++ {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// TestCutShort: an archive that ends early is never taken for a whole one.
func TestCutShort(t *testing.T) {
	files := map[string][]byte{"a": noise(700), "b": bytes.Repeat([]byte("text "), 300)}
	names := []string{"a", "b"}
	tarred := tarOf(names, files, tar.FormatPAX)
	const contents = 512 + 1024 + 512 + 1500 // to the last byte of b
	check := func(kind string, whole []byte, cut int, before int) {
		err := readAll(t, whole[:cut])
		if cut >= before && err == nil {
			return
		}
		if !errors.Is(err, content.ErrFormat) {
			t.Errorf("%s cut after %d of %d bytes: error is %v", kind, cut, len(whole), err)
		}
		if kind != "zip" && cut > 600 && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s cut after %d of %d bytes: error is %v, want io.ErrUnexpectedEOF", kind, cut, len(whole), err)
		}
	}
	for kind, whole := range map[string][]byte{"zip": zipOf(names, files), "tar": tarred, "tar.gz": gzipOf(tarred)} {
		for cut := 0; cut < len(whole); cut += 1 + len(whole)/150 {
			before := len(whole)
			if kind == "tar" {
				before = contents
			}
			if kind == "tar" && cut >= 512+700 && cut <= 512+1024 {
				continue // before b's header the tar is a whole one of a; the note says so
			}
			check(kind, whole, cut, before)
		}
	}
}

// TestNoEnd: a tar without the zero blocks at its end may have lost files.
func TestNoEnd(t *testing.T) {
	whole := tarOf([]string{"a", "b"}, map[string][]byte{"a": noise(700), "b": noise(5)}, tar.FormatUSTAR)
	for _, c := range []struct {
		data  []byte
		files int
		note  string
	}{
		{whole[:512+1024], 1, "the tar has no mark at its end, it is perhaps cut short"},
		{whole[:512+700], 1, "the tar has no mark at its end, it is perhaps cut short"},
		{append(whole[:len(whole):len(whole)], whole...), 2, "the tar is followed by other bytes, perhaps a second tar, which are not read"},
	} {
		for _, data := range [][]byte{c.data, gzipOf(c.data)} {
			x, err := openBytes(t, data, tree.Options{})
			must(t, err)
			if len(x.Files()) != c.files || !slices.Equal(x.Notes(), []string{c.note}) {
				t.Errorf("%s: files %v, notes %q, want %q", x.Kind(), x.Files(), x.Notes(), c.note)
			}
		}
	}
	if x, err := openBytes(t, append(whole, make([]byte, 9999)...), tree.Options{}); err != nil || len(x.Notes()) != 0 {
		t.Errorf("padded tar: error %v", err)
	}
}

// change returns a zip with bytes written at an offset behind the n-th record of a kind.
func change(data []byte, record string, offset int, to ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[bytes.Index(data, []byte(record))+offset:], to)
	return data
}

func TestDuplicates(t *testing.T) {
	var z, tarred bytes.Buffer
	zw, tw := zip.NewWriter(&z), tar.NewWriter(&tarred)
	for i, name := range []string{"./a", "b", "a", "./b", "a"} {
		w, _ := zw.Create(name)
		fmt.Fprint(w, i)
		tw.WriteHeader(&tar.Header{Name: name, Size: 1})
		fmt.Fprint(tw, i)
	}
	zw.Close()
	tw.Close()
	for _, data := range [][]byte{z.Bytes(), tarred.Bytes(), gzipOf(tarred.Bytes())} {
		x, err := openBytes(t, data, tree.Options{})
		must(t, err)
		a, _ := x.ReadPath("a", 1)
		b, _ := x.ReadPath("b", 1)
		if string(a) != "4" || string(b) != "3" || len(x.Files()) != 2 {
			t.Errorf("%s: a is %s, b is %s, want 4 and 3", x.Kind(), a, b)
		}
		if want := "3 files are there again under the same path, and the last one counts, the first is a"; !slices.Equal(x.Notes(), []string{want}) {
			t.Errorf("%s: notes are %q", x.Kind(), x.Notes())
		}
	}
}

func TestArchiveLinks(t *testing.T) {
	var z, tarred bytes.Buffer
	zw, tw := zip.NewWriter(&z), tar.NewWriter(&tarred)
	for _, f := range []struct{ name, target, text string }{
		{"d/file", "", "text"}, {"chain", "d/link", ""}, {"d/link", "./file", ""}, {"up/link", "../d/file", ""},
		{"out", "../../etc/passwd", ""}, {"abs", "/etc/passwd", ""}, {"folder", "d", ""}, {"root", ".", ""},
		{"one", "two", ""}, {"two", "one", ""}, {"self", "self", ""},
	} {
		h, th := &zip.FileHeader{Name: f.name}, &tar.Header{Name: f.name, Linkname: f.target, Size: int64(len(f.text)), Mode: 0o644}
		if f.target != "" {
			h.SetMode(os.ModeSymlink | 0o777)
			th.Typeflag = tar.TypeSymlink
		}
		w, _ := zw.CreateHeader(h)
		io.WriteString(w, f.target+f.text)
		must(t, tw.WriteHeader(th))
		io.WriteString(tw, f.text)
	}
	zw.Close()
	tw.Close()
	for _, data := range [][]byte{z.Bytes(), tarred.Bytes(), gzipOf(tarred.Bytes())} {
		x, err := openBytes(t, data, tree.Options{})
		must(t, err)
		paths := []string{"chain", "d/file", "d/link", "up/link"}
		for i, f := range x.Files() {
			if data, err := x.Read(i, 4); i >= len(paths) || f.Path != paths[i] || string(data) != "text" || err != nil {
				t.Errorf("%s: %+v is %q, error %v", x.Kind(), f, data, err)
			}
		}
		if want := []string{
			"2 links lead to nothing in it and are left out, the first is abs",
			"2 links to folders are not followed in an archive, the first is folder",
			"3 links lead back to where they are and are left out, the first is one",
		}; len(x.Files()) != 4 || !slices.Equal(x.Notes(), want) {
			t.Errorf("%s: files %v, notes %q", x.Kind(), x.Files(), x.Notes())
		}
	}
}

// TestHarmlessNames: nothing is unpacked, so a path is only a name.
func TestHarmlessNames(t *testing.T) {
	names := []string{"../../up", "/abs", "C:/x", "a/../b", "\xff", "..", "nul\x00"}
	x, err := openBytes(t, zipOf(names, map[string][]byte{}), tree.Options{})
	must(t, err)
	slices.Sort(names)
	for i, f := range x.Files() {
		if f.Path != names[i] {
			t.Errorf("path %d is %q, want %q", i, f.Path, names[i])
		}
	}
	if len(x.Files()) != len(names) {
		t.Errorf("%d files, want %d", len(x.Files()), len(names))
	}
}

func TestArchiveChanges(t *testing.T) {
	for kind, data := range map[string][]byte{"zip": zipOf([]string{"a"}, nil), "tar": tarOf([]string{"a"}, nil, tar.FormatUSTAR)} {
		path := write(t, filepath.Join(t.TempDir(), "archive"), data)
		x := mustOpen(t, path)
		must(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
		if _, err := x.Read(0, 1); err == nil || !strings.Contains(err.Error(), path+" has changed since it was opened") {
			t.Errorf("%s: error is %v, want that it has changed", kind, err)
		}
	}
}

func TestPackedTarMemory(t *testing.T) {
	data := gzipOf(tarOf([]string{"a", ".hidden", "b"}, map[string][]byte{"a": make([]byte, 3<<20), "b": make([]byte, 2<<20), ".hidden": make([]byte, 1<<20)}, tar.FormatUSTAR))
	if _, err := openBytes(t, data, tree.Options{Memory: 5 << 20}); err != nil {
		t.Errorf("5 MiB in 5 MiB: %v", err)
	}
	_, err := openBytes(t, data, tree.Options{Memory: 5<<20 - 1})
	if want := "its files take 5 MiB unpacked, more than the 4 MiB that may be held for them: unpack it, "; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error is %v, want %s", err, want)
	}
}
