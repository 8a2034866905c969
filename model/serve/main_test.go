package serve

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gorgan/model/run"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := trainedOnce(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// trainedOnce is the folder that testRuns copies. Training takes longer than a test.
var trainedOnce = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "gorgan-serve-"); err != nil {
		return dir, err
	}
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "deep", "er", "b")
	if err := os.MkdirAll(filepath.Dir(b), 0o777); err != nil {
		return dir, err
	}
	if err := train(a, 9, testImages(3), func(s *run.Settings) { s.Model.Classes, s.Model.EMA = 4, .9 }); err != nil {
		return dir, fmt.Errorf("%s: %w", a, err)
	}
	return dir, train(b, 4, testImages(1), nil)
})

// testRuns is a folder with the runs a, of 9 steps and 4 classes in colours, and deep/er/b, of 4 steps without classes in grey.
func testRuns(t testing.TB) string {
	t.Helper()
	trained, err := trainedOnce()
	must(t, err)
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(trained)))
	return dir
}
