package tree

import (
	"context"
	"fmt"
	"path"
	"sort"
	"strings"
)

// index is what is known of the files of a tree while it is listed.
type index struct {
	ctx      context.Context
	progress func(files int)
	files    []File
	places   []place  // of the files of an archive; nil for a folder
	targets  []string // of links in an archive, as paths in it
	left     leftOut
	notes    []string // besides those on what is left out
	held     int64    // bytes, about
	most     int64    // that may be held
	found    int
}

// place is where and how an archive has a file.
type place struct {
	offset int64 // of the file's header or content; the index of a link's target, or of content that is held
	packed int64 // bytes in a zip
	sum    uint32
	method uint16
	how    how
}

// how says what a place is.
type how uint8

const (
	plainFile how = iota
	link
	encrypted
	sparse
)

// The most memory, in bytes, that the paths and places of a tree may take. A million files with
// paths of 70 bytes fit in both. The files of a folder are really there, while a small archive
// may claim any number.
const (
	mostInFolder  = 2 << 30
	mostInArchive = 192 << 20
)

// perFile is the memory for a file besides its path, with what growing takes.
const perFile = 128

// hold counts the memory for a path.
func (x *index) hold(path string) error {
	x.held += perFile + int64(len(path))
	x.found++
	if x.held > x.most {
		return fmt.Errorf("its first %d files and folders take more than %d MiB of memory for their paths: give a part of them", x.found, x.most>>20)
	}
	if x.found%1024 == 0 {
		x.progress(len(x.files))
		return x.ctx.Err()
	}
	return nil
}

// omits reports whether a file of an archive is to be left out, and counts it.
func (x *index) omits(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if isHidden(part) {
			x.left.count(hidden, path)
			return true
		}
	}
	if isArchive(path) {
		x.left.count(archive, path)
		return true
	}
	return path == ""
}

// add adds a file of an archive.
func (x *index) add(f File, p place) error {
	if err := x.hold(f.Path); err != nil {
		return err
	}
	x.files = append(x.files, f)
	x.places = append(x.places, p)
	return nil
}

// addLink adds a link of an archive. target is a path in the archive.
func (x *index) addLink(name, target string) error {
	if err := x.hold(target); err != nil {
		return err
	}
	x.targets = append(x.targets, target)
	return x.add(File{Path: name}, place{offset: int64(len(x.targets) - 1), how: link})
}

// inArchive returns the path that a symbolic link leads to.
func inArchive(name, target string) string {
	if strings.HasPrefix(target, "/") {
		return target
	}
	return path.Join(path.Dir(name), target)
}

// Len, Less and Swap sort files and places by path.
func (x *index) Len() int           { return len(x.files) }
func (x *index) Less(i, j int) bool { return x.files[i].Path < x.files[j].Path }
func (x *index) Swap(i, j int) {
	x.files[i], x.files[j] = x.files[j], x.files[i]
	if x.places != nil {
		x.places[i], x.places[j] = x.places[j], x.places[i]
	}
}

// finish sorts the files. Of files with the same path in an archive it keeps the last, and it
// puts the files that links lead to in the place of the links.
func (x *index) finish() {
	if !sort.IsSorted(x) {
		sort.Stable(x)
	}
	if x.places == nil {
		return
	}
	x.filter(func(i int) bool {
		last := i+1 == len(x.files) || x.files[i+1].Path != x.files[i].Path
		if !last {
			x.left.count(replaced, x.files[i].Path)
		}
		return last
	})
	if x.targets == nil {
		return
	}
	to := make([]int, len(x.files)) // resolved before any is changed or left out
	for i := range x.files {
		to[i] = i
		if x.places[i].how == link {
			to[i] = x.resolve(i)
		}
	}
	for i, j := range to {
		if j >= 0 {
			x.files[i].Size, x.places[i] = x.files[j].Size, x.places[j]
		}
	}
	x.filter(func(i int) bool { return to[i] >= 0 })
	x.targets = nil
}

// resolve returns the index of the file that link i leads to at last, or -1.
func (x *index) resolve(i int) int {
	const most = 40 // as Linux
	name := x.files[i].Path
	for range most {
		target := x.targets[x.places[i].offset]
		j, ok := find(x.files, target)
		if !ok {
			reason := nowhere
			if target == "." || j < len(x.files) && strings.HasPrefix(x.files[j].Path, strings.TrimSuffix(target, "/")+"/") {
				reason = folderLink
			}
			x.left.count(reason, name)
			return -1
		}
		if i = j; x.places[i].how != link {
			return i
		}
	}
	x.left.count(loop, name)
	return -1
}

// filter keeps the files that keep says, in their order.
func (x *index) filter(keep func(i int) bool) {
	n := 0
	for i := range x.files {
		if keep(i) {
			x.files[n], x.places[n] = x.files[i], x.places[i]
			n++
		}
	}
	clear(x.files[n:])
	x.files, x.places = x.files[:n], x.places[:n]
}
