package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// GoneError reports that the name of a run's folder, or of a file in it, no longer leads to it.
// The saved files are where the folder is now. Nothing is written to the old name.
type GoneError struct{ text string }

func (e *GoneError) Error() string { return e.text }

// here returns a *GoneError if the run's folder was renamed or removed since it was opened.
// The open files in it identify the folder. One of them is enough, so removing the lock is no
// reason to stop.
func (r *Folder) here() error {
	if leadsTo(r.Path(LockFile), r.lock) || r.metrics != nil && leadsTo(r.Path(MetricsFile), r.metrics) {
		return nil
	}
	now := "no longer the run's: the folder or its files were removed or replaced"
	if _, err := os.Stat(r.Dir); errors.Is(err, fs.ErrNotExist) {
		now = "gone: it was renamed or removed"
	}
	return &GoneError{fmt.Sprintf("run folder %s is %s while the run trained; if it was renamed, resume it with --resume and its new name", r.Dir, now)}
}

// keeps returns a *GoneError if a file to which the run adds lines was removed or replaced,
// because new lines would be lost.
func (r *Folder) keeps(name string, f *os.File) error {
	if err := r.here(); err != nil {
		return err
	}
	if !leadsTo(r.Path(name), f) {
		return &GoneError{fmt.Sprintf("%s was removed or replaced while the run trained: its lines up to here are lost unless the file is put back", r.Path(name))}
	}
	return nil
}

// leadsTo reports whether path leads to the open file.
func leadsTo(path string, open interface{ Stat() (fs.FileInfo, error) }) bool {
	held, err := open.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(held, now)
}
