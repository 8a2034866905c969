package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLock: a run's folder is open once at a time, and who has it open is said.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	must(t, err)
	_, err = Open(dir)
	host, hostErr := os.Hostname()
	must(t, hostErr)
	if want := fmt.Sprintf("in use by process %d on host %s", os.Getpid(), host); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	must(t, first.Close())
	again, err := Open(dir)
	must(t, err)
	must(t, again.Close())
}

// TestLockIsNoLink: what is written into a run's folder is written nowhere else.
func TestLockIsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(t.TempDir(), "victim")
	must(t, os.WriteFile(victim, []byte("precious"), 0o666))
	for _, name := range []string{LockFile, "log.txt", MetricsFile, EventsFile} {
		if err := os.Symlink(victim, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
		r, err := Open(dir)
		if err == nil {
			err = r.openLogs(false)
			must(t, r.Close())
		}
		if err == nil || !strings.Contains(err.Error(), name+" is a link") {
			t.Errorf("%s: got %v", name, err)
		}
		must(t, os.Remove(filepath.Join(dir, name)))
	}
	if text, err := os.ReadFile(victim); string(text) != "precious" || err != nil {
		t.Errorf("the file is %q, %v", text, err)
	}
}
