//go:build linux

package tree_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gorgan/dataset/tree"
)

func pathsOf(x *tree.Tree) string {
	var all []string
	for _, f := range x.Files() {
		all = append(all, f.Path)
	}
	return strings.Join(all, " ")
}

func checkTree(t *testing.T, x *tree.Tree, paths string, notes ...string) {
	t.Helper()
	if got := pathsOf(x); got != paths {
		t.Errorf("files are %s, want %s", got, paths)
	}
	if !slices.Equal(x.Notes(), notes) {
		t.Errorf("notes are %q, want %q", x.Notes(), notes)
	}
}

func TestFolderLinks(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	write(t, filepath.Join(root, "a/1"), []byte("one"))
	write(t, filepath.Join(dir, "else/2"), []byte("two"))
	for name, target := range map[string]string{
		"b":      "a",            // a folder in the tree
		"c":      "../else",      // a folder elsewhere
		"d":      "a/1",          // a file
		"loop":   ".",            // the root
		"a/up":   "../a",         // the folder itself
		"self":   "self",         // no end
		"gone":   "nothing",      // nothing
		"a/abs":  dir + "/else",  // absolute
		"thief":  os.DevNull,     // a device
		"x.zip":  "../else/2",    // by its name an archive
		".hide":  "../else",      // hidden
		"parent": "..",           // has the root in it
		"e/deep": "../../else/2", // made below
	} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777))
		must(t, os.Symlink(target, filepath.Join(root, name)))
	}
	x := mustOpen(t, root)
	checkTree(t, x, "a/1 a/abs/2 b/1 b/abs/2 c/2 d e/deep parent/else/2",
		"1 hidden file or folder is left out: .hide",
		"1 archive in it is not opened: x.zip",
		"1 device, FIFO or socket is left out: thief",
		"2 links lead to nothing that is there and are left out, the first is gone",
		"4 links lead back to where they are and are left out, the first is a/up")
	if data, err := x.ReadPath("b/abs/2", 3); string(data) != "two" || err != nil {
		t.Errorf("b/abs/2 is %q, error %v", data, err)
	}
}

// TestFolderOthers: a FIFO is not opened, and names are any bytes.
func TestFolderOthers(t *testing.T) {
	root := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(root, "fifo"), 0o666))
	for _, name := range []string{"\xff\xfe", "a\nb", "Thumbs.db", ".git/HEAD", "sub/.DS_Store", "__MACOSX/x", "sub/desktop.ini", "sub/B.TAR.GZ", "sub/c"} {
		write(t, filepath.Join(root, name), []byte("x"))
	}
	x := mustOpen(t, root)
	checkTree(t, x, "a\nb sub/c \xff\xfe",
		"5 hidden files and folders are left out, the first is .git",
		"1 archive in it is not opened: sub/B.TAR.GZ",
		"1 device, FIFO or socket is left out: fifo")
	if data, err := x.Read(2, 1); string(data) != "x" || err != nil {
		t.Errorf("got %q, error %v", data, err)
	}
	if _, err := x.Read(0, 0); err == nil || !strings.Contains(err.Error(), `"a\nb": has 1 bytes, want at most 0`) {
		t.Errorf("error is %v, want the name quoted", err)
	}
}

func TestFolderChanges(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"gone", "grown", "now_a_folder", "now_a_fifo"} {
		write(t, filepath.Join(root, name), []byte("abc"))
	}
	x := mustOpen(t, root)
	write(t, filepath.Join(root, "grown"), []byte("abcd"))
	for _, name := range []string{"gone", "now_a_folder", "now_a_fifo"} {
		must(t, os.Remove(filepath.Join(root, name)))
	}
	must(t, os.Mkdir(filepath.Join(root, "now_a_folder"), 0o777))
	must(t, syscall.Mkfifo(filepath.Join(root, "now_a_fifo"), 0o666))
	for name, want := range map[string]string{
		"gone": "no such file", "grown": "has changed since the folder was listed: it had 3 bytes and has 4", "now_a_folder": "is a folder", "now_a_fifo": "FIFO",
	} {
		if _, err := x.ReadPath(name, 10); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read "+name+": ") {
			t.Errorf("%s: error is %v, want %s", name, err, want)
		}
	}
}

func TestFolderUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read any folder")
	}
	root := t.TempDir()
	sub := filepath.Join(root, "a", "closed")
	must(t, os.MkdirAll(sub, 0o777))
	must(t, os.Chmod(sub, 0))
	defer os.Chmod(sub, 0o777)
	if _, err := tree.Open(t.Context(), root, tree.Options{}); !errors.Is(err, fs.ErrPermission) || !strings.HasPrefix(err.Error(), sub+": ") {
		t.Errorf("error is %v, want it to name %s", err, sub)
	}
}

// TestFolderBomb: links without a loop may still make 2^40 folders of 40.
func TestFolderBomb(t *testing.T) {
	root := t.TempDir()
	for i := range 40 {
		dir := filepath.Join(root, string(rune('A'+i)))
		must(t, os.Mkdir(dir, 0o777))
		for _, name := range []string{"a", "b"} {
			must(t, os.Symlink("../"+string(rune('A'+i+1)), filepath.Join(dir, name)))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := tree.Open(ctx, root, tree.Options{Progress: func(int) {
		if calls++; calls == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that it was cancelled", err)
	}
}
