package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// disk is what a file system holds: the file that each name stands for, and the data of each.
// A name is a path from the root.
type disk struct {
	names map[string]fileNumber
	data  map[fileNumber]string
}

// fileNumber tells files apart, as an inode does: a rename leaves it alone.
type fileNumber int

// What a name stands for that is no file's.
const (
	noFile   fileNumber = 0
	isFolder fileNumber = -1
)

// dataChange is a write at a place of a file, or cuts the file there.
type dataChange struct {
	file fileNumber
	at   int
	text string
	cuts bool
}

// nameChange has a name stand for another file, or for none any more.
type nameChange struct {
	path string
	file fileNumber
}

func newDisk() *disk {
	return &disk{map[string]fileNumber{".": isFolder}, map[fileNumber]string{}}
}

func (d *disk) clone() *disk { return &disk{maps.Clone(d.names), maps.Clone(d.data)} }

// newFile is a file without data, and without a name.
func (d *disk) newFile() fileNumber {
	n := fileNumber(len(d.data) + 1)
	d.data[n] = ""
	return n
}

func (d *disk) changeData(c dataChange) {
	old := d.data[c.file]
	old += zeros(c.at - len(old))
	if c.cuts {
		d.data[c.file] = old[:c.at]
		return
	}
	d.data[c.file] = old[:c.at] + c.text + old[min(len(old), c.at+len(c.text)):]
}

func zeros(n int) string { return strings.Repeat("\x00", max(n, 0)) }

func (d *disk) changeName(c nameChange) {
	if c.file == noFile {
		delete(d.names, c.path)
		return
	}
	d.names[c.path] = c.file
}

// text is the data of the file that a name stands for, empty where there is none.
func (d *disk) text(path string) string { return d.data[d.names[path]] }

// named is a name of a file.
func (d *disk) named(file fileNumber) string {
	for path, n := range d.names {
		if n == file {
			return path
		}
	}
	return "a file that has no name"
}

// reached are the names that all folders above are there of, in order.
func (d *disk) reached() []string {
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(d.names)) {
		above := filepath.Dir(path)
		for above != "." && d.names[above] == isFolder {
			above = filepath.Dir(above)
		}
		if above == "." && path != "." {
			paths = append(paths, path)
		}
	}
	return paths
}

// contents numbers texts, so that equal ones have the same number.
type contents map[string]int

// key is equal for disks that hold the same.
func (d *disk) key(known contents) string {
	var key strings.Builder
	for _, path := range d.reached() {
		n := -1 // a folder
		if d.names[path] != isFolder {
			text, ok := d.text(path), false
			if n, ok = known[text]; !ok {
				n = len(known)
				known[text] = n
			}
		}
		fmt.Fprintf(&key, "%q %d\n", path, n)
	}
	return key.String()
}

// layOut makes the files below root, a folder that is there.
func (d *disk) layOut(t *testing.T, root string) {
	t.Helper()
	for _, path := range d.reached() {
		if d.names[path] == isFolder {
			must(t, os.Mkdir(filepath.Join(root, path), 0o777))
		} else {
			must(t, os.WriteFile(filepath.Join(root, path), []byte(d.text(path)), 0o666))
		}
	}
}

// diskOf reads the files below root.
func diskOf(t *testing.T, root string) *disk {
	t.Helper()
	d := newDisk()
	must(t, filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			d.names[name] = isFolder
			return nil
		}
		text, err := os.ReadFile(path)
		n := d.newFile()
		d.names[name], d.data[n] = n, string(text)
		return err
	}))
	return d
}
