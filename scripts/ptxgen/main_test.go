package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCommitted: the texts of the packages are those that this program writes.
func TestCommitted(t *testing.T) {
	for name, texts := range packages {
		t.Run(name, func(t *testing.T) { testCommitted(t, filepath.Join("../../kernels", name), texts()) })
	}
}

func testCommitted(t *testing.T, committed string, all map[string]string) {
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
	if err := write(folder, products()); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(products()) {
		t.Errorf("%d files, want %d", len(files), len(products()))
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", stale, err)
	}
}
