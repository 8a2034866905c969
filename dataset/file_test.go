package dataset_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"gorgan/dataset"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	put := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
	}
	for _, text := range []string{"first", "second"} {
		if err := dataset.WriteFile(path, put(text)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if runtime.GOOS != "windows" {
		plain := write(t, filepath.Join(dir, "plain"), nil)
		a, _ := os.Stat(path)
		b, _ := os.Stat(plain)
		if a.Mode() != b.Mode() {
			t.Errorf("mode is %v, other new files have %v", a.Mode(), b.Mode())
		}
		os.Remove(plain)
	}

	full := errors.New("no space left on device")
	err := dataset.WriteFile(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<20))
		if got, _ := os.ReadFile(path); string(got) != "second" {
			t.Errorf("while writing, the file is %q", got)
		}
		return full
	})
	says(t, err, "dataset: "+path+": not written: no space left")
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
	says(t, dataset.WriteFile(folder, put("x")), "dataset: "+folder+": not written")
	says(t, dataset.WriteFile(filepath.Join(dir, "none", "x"), put("x")), "dataset: ", "not written")
	if names := files(t, dir); !slices.Equal(names, []string{"out.txt"}) {
		t.Errorf("left behind: %q", names)
	}
}

func TestWriteFileInReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("permissions do not bind here")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	says(t, dataset.WriteFile(filepath.Join(dir, "x"), func(io.Writer) error { return nil }), "permission denied")
	if names := files(t, dir); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}
