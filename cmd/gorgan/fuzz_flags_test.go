package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// outside are words that could name a file outside the folder that a test works in.
var outside = regexp.MustCompile(`(^|[\t=])/|\.\.`)

// FuzzFlags: whatever the words of a command line are, which are separated by tabs here, the
// program ends with an exit code of its help, and says in lines that a person can read why it
// failed. It is interrupted before it begins, so that it ends once its words are checked and
// its small files are read. It changes no file, but for those of a run that goes on.
func FuzzFlags(f *testing.F) {
	_, files := workFolder(f)
	// Pictures are never come to.
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return filepath.Ext(name) == ".png" })
	dir := layOut(f, f.TempDir(), files)
	ofRun := func(name string, _ []byte) bool { return filepath.Dir(name) == "run" }
	stay := maps.Clone(files)
	maps.DeleteFunc(stay, ofRun)
	interrupted, interrupt := context.WithCancel(context.Background())
	interrupt()
	f.Fuzz(func(t *testing.T, line string) {
		if outside.MatchString(line) {
			t.Skip("names what is outside the folder")
		}
		t.Chdir(dir)
		var said bytes.Buffer
		code := execute(interrupted, append([]string{"gorgan"}, strings.Split(line, "\t")...), io.Discard, &said)
		if !slices.Contains([]int{0, exitFailed, exitUsage, exitNoDevice, exitInterrupted}, code) {
			t.Errorf("code %d", code)
		}
		if n := strings.Count("\n"+said.String(), "\ngorgan: "); n != 1 && code != 0 || n != 0 && code == 0 {
			t.Errorf("code %d, with %d errors", code, n)
		}
		for said := range strings.Lines(said.String()) {
			said = strings.TrimSuffix(said, "\n")
			if strings.TrimSpace(said) == "" || strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(said, "%!") && !strings.Contains(line, "%!") {
				t.Errorf("said %q, which no person can read", said)
			}
		}
		now := readFiles(t, ".")
		if !maps.EqualFunc(now, files, bytes.Equal) {
			must(t, os.RemoveAll(dir))
			layOut(t, dir, files)
		}
		maps.DeleteFunc(now, ofRun)
		if !maps.EqualFunc(now, stay, bytes.Equal) {
			t.Errorf("files are %q, were %q, or hold something else", slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(stay)))
		}
	})
}
