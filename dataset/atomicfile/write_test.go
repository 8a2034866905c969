package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset/atomicfile"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	filled := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
	}
	for _, text := range []string{"first", "second"} {
		if err := atomicfile.Write(path, filled(text)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if runtime.GOOS != "windows" {
		plain := filepath.Join(dir, "plain")
		if err := os.WriteFile(plain, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		a, _ := os.Stat(path)
		b, _ := os.Stat(plain)
		if a.Mode() != b.Mode() {
			t.Errorf("mode is %v, other new files have %v", a.Mode(), b.Mode())
		}
		os.Remove(plain)
	}

	full := errors.New("no space left on device")
	err := atomicfile.Write(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<20))
		if got, _ := os.ReadFile(path); string(got) != "second" {
			t.Errorf("while writing, the file is %q", got)
		}
		return full
	})
	says(t, err, path+": not written: no space left")
	if !errors.Is(err, full) {
		t.Errorf("%v does not wrap the writer's error", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "second" {
		t.Errorf("after a failure, the file is %q", got)
	}

	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	says(t, atomicfile.Write(folder, filled("x")), folder+": not written")
	says(t, atomicfile.Write(filepath.Join(dir, "none", "x"), filled("x")), "not written")
	if names := files(t, dir); !slices.Equal(names, []string{"out.txt"}) {
		t.Errorf("left behind: %q", names)
	}
}

func TestWriteInReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("permissions do not bind here")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	says(t, atomicfile.Write(filepath.Join(dir, "x"), func(io.Writer) error { return nil }), "permission denied")
	if names := files(t, dir); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is %q, want %q in it", err, part)
		}
	}
}

// files are the names of the files below dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestWriteNamesTheFile: the name of the temporary file is in no error.
func TestWriteNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	full := errors.New("no space left on device")
	err := atomicfile.Write(path, func(io.Writer) error {
		temporary := filepath.Join(filepath.Dir(path), files(t, filepath.Dir(path))[0])
		return fmt.Errorf("saving: %w", &fs.PathError{Op: "write", Path: temporary, Err: full})
	})
	if want := path + ": not written: no space left on device"; err == nil || err.Error() != want || !errors.Is(err, full) {
		t.Errorf("got %v, want %s", err, want)
	}
	other := &fs.PathError{Op: "open", Path: "other", Err: full}
	if err := atomicfile.Write(path, func(io.Writer) error { return other }); err == nil || !errors.Is(err, other) {
		t.Errorf("got %v, want it to wrap %v", err, other)
	}
}
