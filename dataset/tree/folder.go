package tree

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gorgan/dataset/atomicfile"
)

// folder reads the files below a folder.
type folder struct{ root string }

func openFolder(root string, x *index) (*folder, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, named(root, err)
	}
	w := walk{index: x, root: root}
	if err := w.enter("", info); err != nil {
		return nil, err
	}
	return &folder{root}, nil
}

func (d *folder) path(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

func (d *folder) read(f File, _ place) ([]byte, error) {
	file, info, err := atomicfile.Open(d.path(f.Path))
	if err != nil {
		return nil, atomicfile.Reason(err)
	}
	defer file.Close()
	if info.Size() != f.Size {
		return nil, fmt.Errorf("has changed since the folder was listed: it had %d bytes and has %d", f.Size, info.Size())
	}
	data, err := readFull(file, f.Size)
	if err != nil {
		return nil, atomicfile.Reason(err)
	}
	return data, nil
}

func (d *folder) Close() error { return nil }

// walk lists a folder and those below it.
type walk struct {
	*index
	root  string
	above []os.FileInfo // the folders from the root to the one that is listed
}

// enter lists a folder. name is its path below the root with a slash at its end, or "".
func (w *walk) enter(name string, info os.FileInfo) error {
	// Only a link can lead back, but it may do so by a folder above the root.
	for _, above := range w.above {
		if os.SameFile(above, info) {
			w.left.count(loop, name[:len(name)-1])
			return nil
		}
	}
	w.above = append(w.above, info)
	defer func() { w.above = w.above[:len(w.above)-1] }()

	var below []string // folders are entered when this one is closed, so that few are open
	if err := w.list(name, &below); err != nil {
		return err
	}
	for _, name := range below {
		info, err := os.Stat(w.path(name))
		if err != nil {
			return named(w.path(name), err)
		}
		if err := w.enter(name+"/", info); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) path(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }

// list adds the files of a folder, and puts its folders into below.
func (w *walk) list(name string, below *[]string) error {
	dir, err := os.Open(w.path(name))
	if err != nil {
		return named(w.path(name), err)
	}
	defer dir.Close()
	for {
		const piece = 1024
		entries, err := dir.ReadDir(piece)
		for _, e := range entries {
			if err := w.entry(name+e.Name(), e, below); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return named(w.path(name), err)
		}
	}
}

func (w *walk) entry(name string, e fs.DirEntry, below *[]string) error {
	if isHidden(e.Name()) {
		w.left.count(hidden, name)
		return nil
	}
	info, err := e.Info() // irregular is a junction of Windows
	if err == nil && info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
		if info, err = os.Stat(w.path(name)); err != nil {
			w.left.count(broken, name)
			return nil
		}
	}
	if err != nil {
		return named(w.path(name), err)
	}
	switch {
	case info.IsDir():
		*below = append(*below, name)
	case !info.Mode().IsRegular():
		w.left.count(noFile, name)
		return nil
	case isArchive(name):
		w.left.count(archive, name)
		return nil
	default:
		w.files = append(w.files, File{name, info.Size()})
	}
	if err := w.hold(name); err != nil {
		return named(w.root, err)
	}
	return nil
}
