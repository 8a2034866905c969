package tree_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/tree"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// must fails the test on an error.
func must(t interface {
	Helper()
	Fatal(...any)
}, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(t, os.WriteFile(path, data, 0o666))
	return path
}

// zipOf packs files in the given order.
func zipOf(names []string, files map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, name := range names {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name, Method: []uint16{zip.Store, zip.Deflate}[i%2]})
		w.Write(files[name])
	}
	z.Close()
	return b.Bytes()
}

func tarOf(names []string, files map[string][]byte, format tar.Format) []byte {
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for _, name := range names {
		if err := z.WriteHeader(&tar.Header{Name: name, Size: int64(len(files[name])), Mode: 0o644, Format: format}); err != nil {
			panic(err)
		}
		z.Write(files[name])
	}
	z.Close()
	return b.Bytes()
}

func gzipOf(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func mustOpen(t testing.TB, path string) *tree.Tree {
	t.Helper()
	x, err := tree.Open(t.Context(), path, tree.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, x.Close()) })
	return x
}

// TestSameFiles: a folder, a zip, a tar and a packed tar of the same files are the same tree.
func TestSameFiles(t *testing.T) {
	name := rapid.StringMatching(`[a-z A-Zé日0-9-]{1,9}(\.(png|txt))?`) // no _, which ends the names of files alone
	random := rapid.MapOf(
		rapid.Custom(func(t *rapid.T) string {
			path := name.Draw(t, "name") + "_"
			for range rapid.IntRange(0, 3).Draw(t, "depth") {
				path = name.Draw(t, "folder") + "/" + path
			}
			return path
		}),
		rapid.SliceOfN(rapid.Byte(), 0, 3000))
	rapid.Check(t, func(rt *rapid.T) {
		files := random.Draw(rt, "files")
		files["always/there"] = nil
		names := []string{}
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		dir, err := os.MkdirTemp(t.TempDir(), "tree")
		must(rt, err)
		for name, data := range files {
			write(t, filepath.Join(dir, "folder", filepath.FromSlash(name)), data)
		}
		shuffled := rapid.Permutation(names).Draw(rt, "order")
		tarred := tarOf(shuffled, files, rapid.SampledFrom([]tar.Format{tar.FormatPAX, tar.FormatGNU}).Draw(rt, "format"))
		for kind, path := range map[string]string{
			tree.Folder:    filepath.Join(dir, "folder"),
			tree.Zip:       write(t, filepath.Join(dir, "a"), zipOf(shuffled, files)),
			tree.Tar:       write(t, filepath.Join(dir, "b"), tarred),
			tree.PackedTar: write(t, filepath.Join(dir, "c"), gzipOf(tarred)),
		} {
			x, err := tree.Open(t.Context(), path, tree.Options{})
			must(rt, err)
			if x.Kind() != kind || len(x.Notes()) != 0 || len(x.Files()) != len(names) {
				rt.Fatalf("%s: kind is %s, notes %q, %d files, want %d", kind, x.Kind(), x.Notes(), len(x.Files()), len(names))
			}
			for i, f := range x.Files() {
				data, err := x.Read(i, f.Size)
				if err != nil || f.Path != names[i] || f.Size != int64(len(data)) || !bytes.Equal(data, files[f.Path]) {
					rt.Fatalf("%s: file %d is %+v with %d bytes, error %v, want %q", kind, i, f, len(data), err, names[i])
				}
			}
			must(rt, x.Close())
		}
	})
}

// kinds are the same files as each kind of tree.
func kinds(t *testing.T, names []string, files map[string][]byte) map[string]*tree.Tree {
	dir := t.TempDir()
	for _, name := range names {
		write(t, filepath.Join(dir, "folder", filepath.FromSlash(name)), files[name])
	}
	tarred := tarOf(names, files, tar.FormatUSTAR)
	return map[string]*tree.Tree{
		tree.Folder:    mustOpen(t, filepath.Join(dir, "folder")),
		tree.Zip:       mustOpen(t, write(t, filepath.Join(dir, "a"), zipOf(names, files))),
		tree.Tar:       mustOpen(t, write(t, filepath.Join(dir, "b"), tarred)),
		tree.PackedTar: mustOpen(t, write(t, filepath.Join(dir, "c"), gzipOf(tarred))),
	}
}

func TestReadPath(t *testing.T) {
	for kind, x := range kinds(t, []string{"b/2.png", "a.png"}, map[string][]byte{"a.png": []byte("one"), "b/2.png": []byte("two")}) {
		for _, path := range []string{"b/2.png", "./b/2.png", "b/../b/2.png"} {
			if data, err := x.ReadPath(path, 3); err != nil || string(data) != "two" {
				t.Errorf("%s: %s is %q, error %v, want two", kind, path, data, err)
			}
		}
		for _, path := range []string{"b", "", "b/2", "z", "../a.png"} {
			if _, err := x.ReadPath(path, 3); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %q: error is %v, want fs.ErrNotExist", kind, path, err)
			}
		}
		_, err := x.ReadPath("a.png", 2)
		if !errors.Is(err, atomicfile.ErrTooLarge) || !errors.Is(err, content.ErrFormat) {
			t.Errorf("%s: limit of 2 bytes: error is %v", kind, err)
		}
		if want := "read a.png: has 3 bytes, want at most 2: too large: bad format"; err == nil || err.Error() != want {
			t.Errorf("%s: error is %v, want %s", kind, err, want)
		}
	}
}

// TestErrorsName: each error of Open begins with the path, once, however short.
func TestErrorsName(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a", tarOf([]string{"x"}, map[string][]byte{"x": make([]byte, 600)}, tar.FormatUSTAR)[:1000])
	for path, want := range map[string]string{
		"a":       "a: archive is cut short: x has 600 bytes, and 488 are there: unexpected EOF: bad format",
		"missing": "missing: no such file or directory",
	} {
		if _, err := tree.Open(t.Context(), path, tree.Options{}); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

// TestConcurrent is for the race detector too.
func TestConcurrent(t *testing.T) {
	var names []string
	files := map[string][]byte{}
	for i := range 50 {
		names = append(names, fmt.Sprintf("%02d", i))
		files[names[i]] = bytes.Repeat([]byte{byte(i)}, 5000+i)
	}
	for kind, x := range kinds(t, names, files) {
		var all sync.WaitGroup
		for g := range 4 {
			all.Go(func() {
				for k := range 200 {
					i := (k*7 + g*13) % 50
					data, err := x.Read(i, 10_000)
					if err != nil || !bytes.Equal(data, files[names[i]]) {
						t.Errorf("%s: file %d has %d bytes, error %v", kind, i, len(data), err)
						return
					}
					data[0] = 255 // the caller's own
				}
			})
		}
		all.Wait()
	}
}
