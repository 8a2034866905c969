package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorgan/dataset/atomicfile"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	put(t, path, "12345")
	if text, err := atomicfile.Read(path, 5); string(text) != "12345" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	_, err := atomicfile.Read(path, 4)
	says(t, err, path+" has 5 bytes, want at most 4")
	if !errors.Is(err, atomicfile.ErrTooLarge) {
		t.Errorf("%v does not wrap ErrTooLarge", err)
	}
	_, err = atomicfile.Read(dir, 5)
	says(t, err, dir+" is a folder")
	_, err = atomicfile.Read(filepath.Join(dir, "none"), 5)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want it not to exist", err)
	}
}

// TestReadEndless: a file that says it is empty, as those of /proc do, is read no further
// than the limit.
func TestReadEndless(t *testing.T) {
	const path = "/proc/self/maps"
	if _, err := os.Stat(path); err != nil {
		t.Skip(path + " is not there")
	}
	_, err := atomicfile.Read(path, 10)
	says(t, err, "more than 10 bytes")
	if text, err := atomicfile.Read(path, 1<<20); len(text) == 0 || err != nil {
		t.Errorf("got %d bytes, %v", len(text), err)
	}
}

func TestRemoveTemporaries(t *testing.T) {
	dir := t.TempDir()
	kept := []string{"checkpoint_000001.safetensors", "mine.tmp", "x.0123456.tmp", "x.0123456789.tmp", "x.ABCDEF01.tmp", "young.0123abcd.tmp"}
	for _, name := range append(kept, "old.0123abcd.tmp") {
		put(t, filepath.Join(dir, name), "")
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "old.0123abcd.tmp"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.0123abcd.tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.RemoveTemporaries(dir, time.Hour); err != nil {
		t.Fatal(err)
	}
	slices.Sort(kept)
	if names := files(t, dir); !slices.Equal(names, kept) {
		t.Errorf("left %q, want %q", names, kept)
	}
	if err := atomicfile.RemoveTemporaries(dir, 0); err != nil {
		t.Fatal(err)
	}
	if names := files(t, dir); slices.Contains(names, "young.0123abcd.tmp") || len(names) != len(kept)-1 {
		t.Errorf("left %q", names)
	}
	if _, err := os.Stat(filepath.Join(dir, "folder.0123abcd.tmp")); err != nil {
		t.Error("a folder was removed")
	}
	if err := atomicfile.RemoveTemporaries(filepath.Join(dir, "none"), 0); err != nil {
		t.Error(err)
	}
}

// TestRemoveTemporariesOf: those of other files stay.
func TestRemoveTemporariesOf(t *testing.T) {
	dir, long := t.TempDir(), strings.Repeat("n", 255)
	kept := []string{"a.npy", "b.npy.0123abcd.tmp", "xa.npy.0123abcd.tmp", "a.npy.mine.tmp", "a.npy.00.0123abcd.tmp"}
	for _, name := range append(kept, "a.npy.0123abcd.tmp", "a.npy.ffffffff.tmp", long[:242]+".00000001.tmp") {
		put(t, filepath.Join(dir, name), "")
	}
	for _, name := range []string{"a.npy", long} {
		if err := atomicfile.RemoveTemporariesOf(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(kept)
	if names := files(t, dir); !slices.Equal(names, kept) {
		t.Errorf("left %q, want %q", names, kept)
	}
	t.Chdir(dir)
	put(t, "a.npy.0123abcd.tmp", "")
	if err := atomicfile.RemoveTemporariesOf("a.npy", time.Hour); err != nil || !slices.Contains(files(t, dir), "a.npy.0123abcd.tmp") {
		t.Errorf("a young one is removed, or %v", err)
	}
	if err := atomicfile.RemoveTemporariesOf("a.npy", 0); err != nil || slices.Contains(files(t, dir), "a.npy.0123abcd.tmp") {
		t.Errorf("one of the current folder stays, or %v", err)
	}
}

// TestLongName: what a killed Write leaves of the longest legal name has a legal name too,
// and is recognised.
func TestLongName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, strings.Repeat("n", 255))
	err := atomicfile.Write(path, func(io.Writer) error {
		names := files(t, dir)
		if len(names) != 1 || !atomicfile.IsTemporary(names[0]) {
			t.Errorf("while writing there is %q", names)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// TestWriteKeepsPermissions: a private file stays private when it is replaced.
func TestWriteKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "private")
	put(t, path, "")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	if err := atomicfile.Write(path, func(io.Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); after.Mode() != before.Mode() {
		t.Errorf("mode is %v, was %v", after.Mode(), before.Mode())
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
