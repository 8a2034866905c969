package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gorgan/dataset/excerpt"
	"gorgan/dataset/listfile"
)

// A table beside a folder, such as train.csv beside train, often names the images of the folder by
// their file names alone.

// mostSought is the number of entries of a list that decide on the folder of its images.
const mostSought = 20

// seek looks for the images of the entries, if none of the first ones is where the list says. If one
// folder beside the list has some of them, it becomes l.folder. For several folders seek returns a
// sentence that says which: the list does not tell them apart.
func (l *listed) seek(entries []listfile.Entry) (doubt string) {
	first := entries[:min(len(entries), mostSought)]
	if l.hasAny(first) {
		return ""
	}
	var have []string
	beside, _ := os.ReadDir(l.dir) // without it there is no folder to look in
	for _, f := range beside {
		at := filepath.Join(l.dir, f.Name())
		if info, err := os.Stat(at); err != nil || !info.IsDir() || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		if (&listed{dir: l.dir, folder: at}).hasAny(first) {
			have = append(have, f.Name())
		}
	}
	switch len(have) {
	case 0:
		return ""
	case 1:
		l.folder = filepath.Join(l.dir, have[0])
		return ""
	}
	return fmt.Sprintf("there are such files in the folders %s and %s beside the list, want paths that name the folder",
		excerpt.Of(have[0]), excerpt.Of(have[1]))
}

// hasAny reports whether one of the entries leads to a file.
func (l *listed) hasAny(entries []listfile.Entry) bool {
	for _, e := range entries {
		if l.has(e.Path) {
			return true
		}
	}
	return false
}
