package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestManual: each command has a page with all its flags, and groff, where there is one, has nothing to say about it.
func TestManual(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	var said strings.Builder
	if code := execute(t.Context(), []string{"gorgan", "man", dir}, io.Discard, &said); code != 0 {
		t.Fatalf("gorgan man ended with %d: %s", code, said.String())
	}
	pages := 1
	var check func(above string, commands []*cli.Command)
	check = func(above string, commands []*cli.Command) {
		for _, c := range commands {
			pages++
			name := above + "-" + c.Name
			text, err := os.ReadFile(filepath.Join(dir, name+".1"))
			if err != nil {
				t.Error(err)
			}
			for _, f := range c.Flags {
				if want := "\\fB" + roff("--"+f.Names()[0]); !strings.Contains(string(text), want) {
					t.Errorf("the page of %s has no %s", name, want)
				}
			}
			check(name, c.Subcommands)
		}
	}
	check("gorgan", newApp(newUI(io.Discard, io.Discard)).Commands)
	files, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(files) != pages {
		t.Errorf("%d pages were written, want %d: %v", len(files), pages, err)
	}
	if groff, err := exec.LookPath("groff"); err == nil {
		for _, file := range files {
			if said, err := exec.Command(groff, "-man", "-ww", "-z", "-Tutf8", file).CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("%v: %s", err, said)
			}
		}
	}
}

func TestRoff(t *testing.T) {
	if got, want := roff(`.a-b \ 'c'`), `\&.a\-b \e \(aqc\(aq`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
