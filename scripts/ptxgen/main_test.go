package main

import (
	"os"
	"path/filepath"
	"testing"
)

const committed = "../../kernels/dense"

// TestCommitted: the texts of package dense are those that this program writes.
func TestCommitted(t *testing.T) {
	all := texts()
	for name, want := range all {
		got, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil {
			t.Error(err)
		} else if string(got) != want {
			t.Errorf("%s is not what ptxgen writes; make generate writes it anew", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(committed, "*.ptx"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(all) {
		t.Errorf("%s has %d texts, ptxgen writes %d; make generate takes away the others", committed, len(files), len(all))
	}
}

// TestWrite: every text is written, and one that belongs to no kernel is removed.
func TestWrite(t *testing.T) {
	folder := t.TempDir()
	stale := filepath.Join(folder, "dense_old_s.ptx")
	if err := os.WriteFile(stale, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := write(folder); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(texts()) {
		t.Errorf("%d files, want %d", len(files), len(texts()))
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", stale, err)
	}
}
