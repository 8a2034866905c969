package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// longestName is the largest number of bytes in a file's name on the usual file systems.
const longestName = 255

var temporary = regexp.MustCompile(`\.[0-9a-f]{8}\.tmp$`)

// temporaryName is base.XXXXXXXX.tmp. A very long base is cut so that the name stays legal.
func temporaryName(base string, random uint32) string {
	ending := fmt.Sprintf(".%08x.tmp", random)
	return base[:min(len(base), longestName-len(ending))] + ending
}

// RemoveTemporaries removes the temporary files in dir that a killed [Write] left behind:
// regular files with names as Write makes them, unchanged for at least age. Use age 0 if no
// other process can be writing. A folder that does not exist holds none.
func RemoveTemporaries(dir string, age time.Duration) error {
	return remove(dir, age, IsTemporary)
}

// RemoveTemporariesOf does the same for the temporary files of one file.
func RemoveTemporariesOf(path string, age time.Duration) error {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	return remove(dir, age, func(name string) bool { return IsTemporary(name) && name == temporaryName(base, randomOf(name)) })
}

func remove(dir string, age time.Duration, unwanted func(name string) bool) error {
	held, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range held {
		if !e.Type().IsRegular() || !unwanted(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < age {
			continue // gone already, or perhaps still being written
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// IsTemporary reports whether name is one that Write gives to a temporary file.
func IsTemporary(name string) bool { return temporary.MatchString(name) }

// randomOf returns the number in a temporary file's name.
func randomOf(name string) uint32 {
	digits := strings.TrimSuffix(name, ".tmp")
	n, err := strconv.ParseUint(digits[max(0, len(digits)-8):], 16, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
