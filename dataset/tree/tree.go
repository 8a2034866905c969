// Package tree lists and reads the files of a folder, a zip or a tar, and unpacks nothing to
// disk. It also says what the folders of such files mean: classes, and parts of a set.
package tree

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// File is a file of a tree.
type File struct {
	Path string // relative to the tree's root, with slashes
	Size int64  // in bytes, unpacked
}

// Options say how to open a tree. The zero value is good.
type Options struct {
	// Memory is how many bytes may be held for the files of a packed tar; 0 means 1 GiB. Other
	// trees read each file when it is asked for.
	Memory int64
	// Progress, if not nil, gets the number of files found so far. Open waits for it.
	Progress func(files int)
}

// Tree is the files of a folder or an archive. It is safe for concurrent use.
type Tree struct {
	kind   string
	files  []File
	places []place // of the files of an archive
	store  store
	notes  []string
}

// store is where the content of files comes from.
type store interface {
	// read returns the content of a file, whose size is not above the caller's limit. Several
	// goroutines call it at a time.
	read(f File, p place) ([]byte, error)
	Close() error
}

// Open lists the files of a folder, a .zip, a .tar or a .tar.gz. The content decides which of
// these it is: see [KindOf]. The caller must close the tree.
//
// In a folder Open follows links. It leaves out hidden files, archives, and whatever is no file;
// [Tree.Notes] says so. A .tar.gz is unpacked to memory. The error begins with the path at fault.
// It wraps [content.ErrFormat] if an archive is broken, also [io.ErrUnexpectedEOF] if it is cut
// short, and ctx.Err() if ctx is cancelled.
func Open(ctx context.Context, path string, o Options) (*Tree, error) {
	if o.Memory == 0 {
		o.Memory = 1 << 30
	}
	if o.Progress == nil {
		o.Progress = func(int) {}
	}
	kind, err := KindOf(path)
	if err != nil {
		return nil, err
	}
	x := &index{ctx: ctx, progress: o.Progress, most: mostInArchive, left: leftOut{}}
	t := &Tree{kind: kind}
	switch kind {
	case Folder:
		x.most = mostInFolder
		t.store, err = openFolder(path, x)
	case Zip:
		t.store, err = openZip(path, x)
	case Tar:
		t.store, err = openTar(path, x)
	case PackedTar:
		t.store, err = openPackedTar(path, x, o.Memory)
	default:
		return nil, notATree(path)
	}
	if err != nil {
		return nil, err
	}
	x.finish()
	t.files, t.places, t.notes = x.files, x.places, append(x.left.sentences(), x.notes...)
	return t, nil
}

// Kind is what the tree is: [Folder], [Zip], [Tar] or [PackedTar].
func (t *Tree) Kind() string { return t.kind }

// Files returns the files in the byte order of their paths. The caller must not change them.
func (t *Tree) Files() []File { return t.files }

// Notes returns a sentence for each kind of thing that the tree holds and Files does not.
func (t *Tree) Notes() []string { return t.notes }

// Close closes the archive. No file can be read afterwards.
func (t *Tree) Close() error { return t.store.Close() }

// Index returns the index in Files of the file with a path. If there is none, it looks for the
// path without the parts "." and "..".
func (t *Tree) Index(name string) (i int, ok bool) {
	if i, ok = find(t.files, name); !ok {
		i, ok = find(t.files, path.Clean(name))
	}
	return i, ok
}

// find looks for a path in sorted files.
func find(files []File, name string) (int, bool) {
	return sort.Find(len(files), func(i int) int { return strings.Compare(name, files[i].Path) })
}

// ReadPath reads the file with a path: see [Tree.Index] and [Tree.Read]. Without such a file the
// error wraps [fs.ErrNotExist].
func (t *Tree) ReadPath(name string, most int64) ([]byte, error) {
	i, ok := t.Index(name)
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: excerpt.Of(name), Err: fs.ErrNotExist}
	}
	return t.Read(i, most)
}

// Read returns the content of Files()[i], which is the caller's. Each error is a [*fs.PathError]
// with the file's path. It wraps [content.ErrFormat] and [atomicfile.ErrTooLarge] if the file has
// more than most bytes, and [content.ErrFormat] if the content is not what the archive says.
func (t *Tree) Read(i int, most int64) ([]byte, error) {
	f, p := t.files[i], place{}
	if t.places != nil {
		p = t.places[i]
	}
	data, err := []byte(nil), fmt.Errorf("has %d bytes, want at most %d: %w: %w", f.Size, most, atomicfile.ErrTooLarge, content.ErrFormat)
	if f.Size <= most {
		data, err = t.store.read(f, p)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: excerpt.Of(f.Path), Err: atomicfile.Reason(err)}
	}
	return data, nil
}

// readFull reads the size bytes that a file should have, and holds no more than arrive.
func readFull(r io.Reader, size int64) ([]byte, error) {
	const proven = 1 << 20 // what is allocated on the word of a header
	data := make([]byte, min(size, proven))
	n, err := io.ReadFull(r, data)
	for err == nil && int64(n) < size {
		data = append(data, make([]byte, min(size-int64(n), int64(n)))...)
		var more int
		more, err = io.ReadFull(r, data[n:])
		n += more
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("ends after %d bytes, want %d: %w: %w", n, size, err, content.ErrFormat)
	}
	return data[:n], err
}

// unchanged reports whether an open archive is as it was when its files were listed.
func unchanged(f *os.File, was os.FileInfo) error {
	is, err := f.Stat()
	if err != nil {
		return atomicfile.Reason(err)
	}
	if is.Size() != was.Size() || !is.ModTime().Equal(was.ModTime()) {
		return fmt.Errorf("%s has changed since it was opened: it had %d bytes and has %d", excerpt.Of(f.Name()), was.Size(), is.Size())
	}
	return nil
}

// openArchive opens an archive that is read where it lies.
func openArchive(path string) (*os.File, os.FileInfo, error) {
	f, info, err := atomicfile.Open(path)
	if err != nil {
		return nil, nil, atomicfile.Named(path, err)
	}
	return f, info, nil
}

// named puts a path before an error.
func named(path string, err error) error { return fmt.Errorf("%s: %w", path, atomicfile.Reason(err)) }
