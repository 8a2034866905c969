package tree

import (
	"fmt"
	"strings"

	"gorgan/dataset/excerpt"
)

// reason is why something of a tree is no file of it, as the two ends of a sentence about one
// such thing and about several.
type reason struct{ one, more string }

var (
	hidden     = reason{"hidden file or folder is left out", "hidden files and folders are left out"}
	archive    = reason{"archive in it is not opened", "archives in it are not opened"}
	noFile     = reason{"device, FIFO or socket is left out", "devices, FIFOs and sockets are left out"}
	nowhere    = reason{"link leads to nothing in it and is left out", "links lead to nothing in it and are left out"}
	broken     = reason{"link leads to nothing that is there and is left out", "links lead to nothing that is there and are left out"}
	folderLink = reason{"link to a folder is not followed in an archive", "links to folders are not followed in an archive"}
	loop       = reason{"link leads back to where it is and is left out", "links lead back to where they are and are left out"}
	replaced   = reason{"file is there again under the same path, and the last one counts", "files are there again under the same path, and the last one counts"}
)

// leftOut counts what is no file of a tree.
type leftOut map[reason]counted

type counted struct {
	count int
	first string
}

// count adds a thing. The first in byte order is the example, because the order of folders is
// not the same everywhere.
func (l leftOut) count(r reason, path string) {
	c := l[r]
	if c.count == 0 {
		c.first = path
	}
	l[r] = counted{c.count + 1, min(c.first, path)}
}

// sentences are the notes, in a fixed order.
func (l leftOut) sentences() []string {
	var all []string
	for _, r := range []reason{hidden, archive, noFile, nowhere, broken, folderLink, loop, replaced} {
		switch c := l[r]; {
		case c.count == 0:
		case c.count == 1:
			all = append(all, fmt.Sprintf("1 %s: %s", r.one, excerpt.Of(c.first)))
		default:
			all = append(all, fmt.Sprintf("%d %s, the first is %s", c.count, r.more, excerpt.Of(c.first)))
		}
	}
	return all
}

// isHidden reports whether a file or a folder of that name is not meant for people: it is hidden
// on Unix, or a desktop left it there.
func isHidden(name string) bool {
	switch name {
	case ".", "..":
		return false
	case "Thumbs.db", "desktop.ini", "__MACOSX":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// isArchive goes by the name alone, because a tree may have a million files.
func isArchive(name string) bool {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	for _, ending := range []string{".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".7z", ".rar"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}
