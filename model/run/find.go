package run

import (
	"io/fs"
	"path"
	"strings"
)

// deepest is how many folders down from the top runs are looked for.
const deepest = 3

// Find returns the runs in a tree of folders by their paths, in order. The top itself is ".". Links are
// left out, and so is what lies in a run, or in a folder whose name begins with a dot. It returns the error of a top that cannot be read.
func Find(tree fs.FS) (found []string, err error) {
	if isRun(tree, ".") {
		return []string{"."}, nil
	}
	err = fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil: // of a folder that nobody may read, or that went away
			return fs.SkipDir
		case !e.IsDir() || name == ".":
			return nil
		case isRun(tree, name):
			found = append(found, name)
			return fs.SkipDir
		case strings.Count(name, "/") >= deepest-1 || strings.HasPrefix(path.Base(name), "."):
			return fs.SkipDir
		}
		return nil
	})
	return found, err
}

// isRun reports whether a folder has a run's settings, which are a regular file.
func isRun(tree fs.FS, dir string) bool {
	info, err := fs.Lstat(tree, path.Join(dir, SettingsFile))
	return err == nil && info.Mode().IsRegular()
}
