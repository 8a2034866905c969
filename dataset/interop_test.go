package dataset_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgan/dataset"
)

// TestSourcesOfOtherPrograms: the same images have the same fingerprint whatever program wrote them.
// scripts/interop.py wrote the sources, and computed the fingerprints by itself.
func TestSourcesOfOtherPrograms(t *testing.T) {
	dir := unzipped(t, filepath.Join("testdata", "interop.zip"))
	table, err := os.ReadFile(filepath.Join(dir, "expected.tsv"))
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	if len(lines) < 100 {
		t.Fatalf("only %d sources", len(lines))
	}
	for _, line := range lines {
		source, rest, _ := strings.Cut(line, "\t")
		program, want, _ := strings.Cut(rest, "\t")
		t.Run(source, func(t *testing.T) {
			s, r := mustOpen(t, filepath.Join(dir, filepath.FromSlash(source)), dataset.Options{})
			if !r.OK() || s.Fingerprint() != want {
				t.Errorf("written by %s: %d images of %v with fingerprint %s, want %s; notes %q, problems %v",
					program, s.Len(), s.Shape(), s.Fingerprint(), want, r.Notes, r.Problems)
			}
		})
	}
}

// unzipped returns a folder with the files of a zip.
func unzipped(t testing.TB, path string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	must(t, err)
	defer z.Close()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, z))
	return dir
}
