package run

import (
	"os"
	"path/filepath"
)

// runsIn returns a hint for an error about dir, which was given for a run. If dir is a folder of runs, the
// hint names the one that is last by name. It is "" if dir is a run, or no folder.
func runsIn(dir string) string {
	if _, err := os.Lstat(filepath.Join(dir, SettingsFile)); err == nil {
		return ""
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	last := ""
	for _, e := range entries { // in the order of their names
		if _, err := os.Stat(filepath.Join(dir, e.Name(), SettingsFile)); err == nil {
			last = filepath.Join(dir, e.Name())
		}
	}
	if last == "" {
		return "; want the folder that train made, which has " + SettingsFile + " in it"
	}
	return "; it is a folder of runs: give one of them, such as " + last
}
