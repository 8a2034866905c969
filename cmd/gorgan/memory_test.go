package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func bound(name string, left int64, ok bool) memorySource {
	return memorySource{name, func() (int64, bool) { return left, ok }}
}

// TestRefuseIfTooLarge: the tightest of the bounds that are known decides.
func TestRefuseIfTooLarge(t *testing.T) {
	s := memorySources{bound("the machine", 23e9, true), bound("ulimit", 3e9, true), bound("none", 1, false)}
	if err := s.refuseIfTooLarge("training", 3e9, "hint"); err != nil {
		t.Error(err)
	}
	const want = "training needs about 80.7 GB of memory and 3.0 GB are available (ulimit): hint"
	if err := s.refuseIfTooLarge("training", 80.7e9, "hint"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if err := (memorySources{bound("none", 1, false)}).refuseIfTooLarge("training", math.MaxInt64, ""); err != nil {
		t.Errorf("refused by a bound that is not known: %v", err)
	}
	// What is overdrawn already leaves nothing, not less.
	err := memorySources{bound("group", -5, true)}.refuseIfTooLarge("drawing", 2e6, "hint")
	if err == nil || !strings.Contains(err.Error(), "needs about 2 MB of memory and 0 MB are available") {
		t.Error(err)
	}
}

// TestSystemMemory: what is told of this machine is believable.
func TestSystemMemory(t *testing.T) {
	left, ok := systemLeft()
	if !ok || left < 10e6 || left > 1<<50 {
		t.Errorf("%d bytes are free, %v", left, ok)
	}
}

// TestGoLimit: GOMEMLIMIT bounds what the program may still take.
func TestGoLimit(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	debug.SetMemoryLimit(math.MaxInt64)
	if left, ok := goLimitLeft(); ok {
		t.Errorf("no limit leaves %d", left)
	}
	debug.SetMemoryLimit(4e9)
	if left, ok := goLimitLeft(); !ok || left <= 0 || left >= 4e9 {
		t.Errorf("a limit of 4 GB leaves %d, %v", left, ok)
	}
}

// lay writes files under a new root.
func lay(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
