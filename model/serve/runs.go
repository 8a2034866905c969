package serve

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"gorgan/model/run"
)

// runs are the runs in a folder. Nothing outside the folder is read: the root refuses names with dots and
// links that lead out, and a run's own files are never links.
type runs struct {
	dir  string
	root *os.Root // of dir
	mu   sync.Mutex
	read map[string]*reading // by the run's name
	made atomic.Int64        // generations of snapshots
}

// reading is what was read of a run. One reads at a time, so a snapshot never follows a newer one.
type reading struct {
	mu     sync.Mutex
	newest *snapshot // nil before the first
}

func openRuns(dir string) (*runs, error) {
	root, err := os.OpenRoot(dir)
	return &runs{dir: dir, root: root, read: map[string]*reading{}}, err
}

// names returns the names of all runs, newest first by their names, and forgets what was read of runs that are gone. The name is the path below the folder
// with slashes, or the folder's own name if it is itself a run.
func (r *runs) names() ([]string, error) {
	found, err := run.Find(r.root.FS())
	if len(found) == 1 && found[0] == "." {
		return []string{filepath.Base(r.dir)}, nil
	}
	slices.SortFunc(found, func(a, b string) int { return -cmp.Compare(a, b) })
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		maps.DeleteFunc(r.read, func(name string, _ *reading) bool { return !r.isRun(name) })
	}
	return found, err
}

// reading returns what was read of a run, which may be nothing.
func (r *runs) reading(name string) *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read[name] == nil {
		r.read[name] = &reading{}
	}
	return r.read[name]
}

// isRun reports whether a folder below the root has a run's settings.
func (r *runs) isRun(name string) bool { return r.file(name, run.SettingsFile) == nil }

// file returns an error unless a folder below the root has such a file: no link, no device.
func (r *runs) file(dir, name string) error {
	info, err := r.root.Lstat(path.Join(dir, name))
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is a link, a folder or a device, want a regular file", name)
	}
	return nil
}

// errNoRun is wrapped by the error for a run that there is not.
var errNoRun = errors.New("there is no such run")

// place is where a run lies.
type place struct {
	name string
	rel  string // below the root
	dir  string // as the packages that read runs want it
}

// find returns the place of a run by its name.
func (r *runs) find(name string) (p place, err error) {
	if r.isRun(".") {
		if name != filepath.Base(r.dir) {
			return p, fmt.Errorf("%w: %.80q", errNoRun, name)
		}
		return place{name, ".", r.dir}, nil
	}
	if name == "." || !fs.ValidPath(name) || !r.isRun(name) {
		return p, fmt.Errorf("%w: %.80q", errNoRun, name)
	}
	return place{name, name, filepath.Join(r.dir, filepath.FromSlash(name))}, nil
}
