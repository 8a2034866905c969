package run

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFakesPictures: pictures come by step, and other files are none.
func TestFakesPictures(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"fakes_1000000.png", "fakes_000050.png", InitFile, RealsFile, "fakes_50.png", "fakes_0000050.png", "fakes_9999999999.png", "fakes_000001.jpg"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := FakesPictures(dir)
	want := []FakesPicture{{InitFile, 0}, {"fakes_000050.png", 50}, {"fakes_1000000.png", 1_000_000}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := FakesPictures(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there has pictures")
	}
}
