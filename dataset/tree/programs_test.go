package tree_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/tree"
)

// TestPrograms reads what scripts/archives.sh made with other programs.
func TestPrograms(t *testing.T) {
	var lines strings.Builder
	for i := range 100 {
		fmt.Fprintln(&lines, i+1)
	}
	files := map[string]string{
		"cat/1.txt": "one\n", "cat/2.txt": lines.String(), "dog/deep/ü ß.txt": "three\n", "dog/empty.txt": "", "dog/hard.txt": lines.String(), "dog/link.txt": "one\n",
		"dog/" + strings.Repeat("long", 40) + ".txt": "long\n",
	}
	dotted := "1 hidden file or folder is left out: .DS_Store"
	for _, c := range []struct{ name, kind, note string }{
		{"v7.tar", tree.Tar, dotted},
		{"ustar.tar", tree.Tar, dotted},
		{"gnu.tar", tree.Tar, dotted},
		{"pax.tar", tree.Tar, dotted},
		{"members.tgz", tree.PackedTar, dotted},
		{"python.tar.gz", tree.PackedTar, ""},
		{"infozip.zip", tree.Zip, dotted},
		{"streamed.zip", tree.Zip, dotted},
		{"zip64.zip", tree.Zip, ""},
		{"selfextracting.zip", tree.Zip, dotted},
		{"adjusted.zip", tree.Zip, dotted},
		{"python_stored.zip", tree.Zip, ""},
		{"python_deflated.zip", tree.Zip, ""},
		{"backslashes.zip", tree.Zip, ""},
	} {
		x := mustOpen(t, filepath.Join("testdata", c.name))
		want := 6
		if c.name == "gnu.tar" || c.name == "pax.tar" {
			want = 7
		}
		if x.Kind() != c.kind || strings.Join(x.Notes(), "|") != c.note || len(x.Files()) != want {
			t.Errorf("%s: %s of %d files, notes %q, want %s of %d, note %q", c.name, x.Kind(), len(x.Files()), x.Notes(), c.kind, want, c.note)
		}
		for i, f := range x.Files() {
			data, err := x.Read(i, 1000)
			if want, ok := files[f.Path]; err != nil || !ok || string(data) != want || f.Size != int64(len(data)) {
				t.Errorf("%s: %s: got %q, size %d, error %v, want %q", c.name, f.Path, data, f.Size, err, want)
			}
		}
	}
}

// TestRefused: what is not read is listed, and reading says why.
func TestRefused(t *testing.T) {
	for name, want := range map[string]string{
		"encrypted.zip":    "read cat/1.txt: is encrypted, want a zip without a password: bad format",
		"python_bzip2.zip": "read cat/2.txt: is packed with bzip2, want deflate or no compression: bad format",
		"sparse_gnu.tar":   "read hole: is a sparse file in a tar, which is not read; pack it without --sparse: bad format",
		"sparse_pax.tar":   "read hole: is a sparse file in a tar, which is not read; pack it without --sparse: bad format",
	} {
		x := mustOpen(t, filepath.Join("testdata", name))
		i := slices.IndexFunc(x.Files(), func(f tree.File) bool { return strings.HasPrefix(want, "read "+f.Path) })
		if i < 0 {
			t.Errorf("%s: files are %v", name, x.Files())
			continue
		}
		if _, err := x.Read(i, 1<<20); err == nil || err.Error() != want || !errors.Is(err, content.ErrFormat) {
			t.Errorf("%s: error is %v, want %s", name, err, want)
		}
	}
}

// TestNoTree: other packed files are named.
func TestNoTree(t *testing.T) {
	for data, want := range map[string]string{
		"":                               ": want a folder, a .zip, a .tar or a .tar.gz: bad format",
		"a.png 1\nb.png 2\n":             ": want a folder, a .zip, a .tar or a .tar.gz: bad format",
		string(gzipOf([]byte("no tar"))): ": is gzip, want a folder, ",
		"BZh91AY&SY…":                    ": is bzip2, want ",
		"\xfd7zXZ\x00":                   ": is xz, want ",
		"\x28\xb5\x2f\xfd":               ": is Zstandard, want ",
		"7z\xbc\xaf\x27\x1c":             ": is a 7-Zip archive, want ",
		"Rar!\x1a\x07\x01":               ": is a RAR archive, want ",
	} {
		path := write(t, filepath.Join(t.TempDir(), fmt.Sprintf("%x", sha256.Sum256([]byte(data)))), []byte(data))
		if kind, err := tree.KindOf(path); kind != "" || err != nil {
			t.Errorf("%q: kind is %q, error %v", data, kind, err)
		}
		_, err := tree.Open(t.Context(), path, tree.Options{})
		if !errors.Is(err, content.ErrFormat) || !strings.HasPrefix(err.Error(), path+want) {
			t.Errorf("%q: error is %v, want %q", data, err, want)
		}
	}
	empty := write(t, filepath.Join(t.TempDir(), "empty.zip"), zipOf(nil, nil))
	if x := mustOpen(t, empty); x.Kind() != tree.Zip || len(x.Files()) != 0 {
		t.Errorf("empty zip: %s of %v", x.Kind(), x.Files())
	}
}

// TestOldTar: a header without the word ustar is known by its checksum.
func TestOldTar(t *testing.T) {
	v7 := tarOf([]string{"a"}, map[string][]byte{"a": []byte("x")}, 0)
	copy(v7[257:], make([]byte, 8))
	copy(v7[148:], "      \x00 ")
	sum := 0
	for _, b := range v7[:512] {
		sum += int(b)
	}
	sum += ' ' // of the zero byte among the spaces
	copy(v7[148:], fmt.Sprintf("%06o\x00 ", sum))
	x := mustOpen(t, write(t, filepath.Join(t.TempDir(), "old"), v7))
	if data, err := x.ReadPath("a", 1); x.Kind() != tree.Tar || string(data) != "x" || err != nil {
		t.Errorf("%s: %q, %v", x.Kind(), data, err)
	}
	if kind, _ := tree.KindOf(write(t, filepath.Join(t.TempDir(), "idx"), bytes.Repeat([]byte{0, 0, 8, 3}, 200))); kind != "" {
		t.Errorf("an IDX file is %s", kind)
	}
}
