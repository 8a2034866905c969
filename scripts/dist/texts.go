package main

import (
	"os"
	"path/filepath"
	"strings"
)

// file is a file of an archive.
type file struct {
	path    string
	text    []byte
	program bool // it can be run
}

// textsOf returns the files that are the same for all systems: the licences of what is embedded, how to begin, completions and
// manual pages. A program for this system writes the latter two.
func textsOf(root, work string) (files []file, err error) {
	program := filepath.Join(work, "gorgan")
	if _, err := runIn(root, []string{"CGO_ENABLED=0", "GOFLAGS="}, "go", "build", "-trimpath", "-tags=cpu", "-o", program, "./cmd/gorgan"); err != nil {
		return nil, err
	}
	add := func(path string, text []byte) { files = append(files, file{path: path, text: text}) }
	for path, of := range map[string]string{
		"LICENSE": "LICENSE", "README.md": "scripts/dist/archive.md",
		"licences/uPlot/LICENSE": "model/serve/web/vendor/LICENSE", "licences/mnist/README.md": "dataset/mnist/README.md",
	} {
		text, err := os.ReadFile(filepath.Join(root, of))
		if err != nil {
			return nil, err
		}
		add(path, text)
	}
	for shell, path := range map[string]string{"bash": "bash/gorgan", "zsh": "zsh/_gorgan", "fish": "fish/gorgan.fish", "powershell": "powershell/gorgan.ps1"} {
		script, err := runIn(root, nil, program, "completion", shell)
		if err != nil {
			return nil, err
		}
		add("completions/"+path, []byte(script+"\n"))
	}
	pages := filepath.Join(work, "man1")
	if _, err := runIn(root, nil, program, "man", pages); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(pages)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".1") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(pages, e.Name()))
		if err != nil {
			return nil, err
		}
		add("man/man1/"+e.Name(), text)
	}
	return files, err
}
