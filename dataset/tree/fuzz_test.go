package tree_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset/tree"
)

// seeds adds the archives of other programs that are of a kind.
func seeds(f *testing.F, endings ...string) {
	paths, err := filepath.Glob("testdata/*.*")
	must(f, err)
	for _, path := range paths {
		for _, ending := range endings {
			if strings.HasSuffix(path, ending) {
				data, err := os.ReadFile(path)
				must(f, err)
				f.Add(data)
			}
		}
	}
}

// opened are all files of an archive that can be read, by path.
func opened(t *testing.T, data []byte) map[string]string {
	x, err := openBytes(t, data, tree.Options{Memory: 1 << 20})
	if err != nil {
		return nil
	}
	defer x.Close()
	files := map[string]string{}
	for i, f := range x.Files() {
		if i > 0 && x.Files()[i-1].Path >= f.Path {
			t.Errorf("path %q is behind %q", f.Path, x.Files()[i-1].Path)
		}
		content, err := x.Read(i, 1<<20)
		if err == nil && int64(len(content)) != f.Size {
			t.Errorf("%q has %d bytes, want %d", f.Path, len(content), f.Size)
		}
		if err == nil {
			files[f.Path] = string(content)
		}
	}
	return files
}

// FuzzZip: what is read is what the standard library reads.
func FuzzZip(f *testing.F) {
	seeds(f, ".zip")
	f.Add(emptyEntries(3))
	f.Fuzz(func(t *testing.T, data []byte) {
		files := opened(t, data)
		std, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil || files == nil {
			return
		}
		last := map[string]string{}
		for _, z := range std.File {
			r, err := z.Open()
			if err != nil || z.UncompressedSize64 > 1<<20 || z.Mode()&os.ModeSymlink != 0 {
				continue
			}
			content, err := io.ReadAll(r)
			if r.Close(); err == nil {
				last[z.Name] = string(content)
			}
		}
		for path, content := range files {
			if want, ok := last[path]; ok && want != content {
				t.Errorf("%q is %.100q, want %.100q", path, content, want)
			}
		}
	})
}

// FuzzTar: what is read is what the standard library reads, which unpacks as it goes.
func FuzzTar(f *testing.F) {
	seeds(f, ".tar", ".tgz", ".tar.gz")
	f.Fuzz(func(t *testing.T, data []byte) {
		files := opened(t, data)
		if files == nil {
			return
		}
		std := tar.NewReader(bytes.NewReader(data))
		last, links := map[string]string{}, false
		for {
			h, err := std.Next()
			if errors.Is(err, tar.ErrInsecurePath) {
				err = nil
			}
			if err != nil {
				break
			}
			links = links || h.Typeflag == tar.TypeLink || h.Typeflag == tar.TypeSymlink
			if content, err := io.ReadAll(io.LimitReader(std, 1<<20)); err == nil && h.Typeflag == tar.TypeReg {
				last[h.Name] = string(content)
			}
		}
		for path, content := range files {
			if want, ok := last[path]; ok && !links && want != content {
				t.Errorf("%q is %.100q, want %.100q", path, content, want)
			}
		}
	})
}
