package dataset

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// openOnDisk opens an IDX image file and the labels file beside it. src is the source's name.
func openOnDisk(ctx context.Context, src, images string, o Options) (*Set, *Report, error) {
	report := &Report{Source: src, Kind: "idx"}
	labels := labelsBeside(images)
	set, report, err := openIDX(ctx, report, onDisk(images), labels, o)
	if err == nil && labels == nil {
		before, _, _ := strings.Cut(filepath.Base(images), "images")
		if other := lookalike(filepath.Dir(images), "label", before); other != "" {
			report.note("%s looks like labels and is not used: want a name as that of the images, with labels for images and idx1 for idx3, and bytes in it",
				printable(clip(other)))
		}
	}
	return set, report, err
}

// labelsBeside finds the labels file that goes with an images file, by its name.
func labelsBeside(images string) *stored {
	dir, name := filepath.Split(images)
	name = strings.TrimSuffix(name, ".gz")
	for _, ending := range []string{"-idx1-ubyte", ".idx1-ubyte"} {
		stem := strings.TrimSuffix(strings.TrimSuffix(name, "-idx3-ubyte"), ".idx3-ubyte")
		if stem == name || !strings.HasSuffix(stem, "images") {
			return nil
		}
		labels := strings.TrimSuffix(stem, "images") + "labels" + ending
		if path, ok := plainOrPacked(filepath.Join(dir, labels)); ok {
			return new(onDisk(path))
		}
	}
	return nil
}

// plainOrPacked finds path or path.gz. If neither is a readable file, it returns whatever has
// the name, so that opening it gives an error that says what it is.
func plainOrPacked(path string) (string, bool) {
	both := []string{path, path + ".gz"}
	for _, p := range both {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			return p, true
		}
	}
	for _, p := range both {
		if _, err := os.Lstat(p); !errors.Is(err, fs.ErrNotExist) {
			return p, true
		}
	}
	return "", false
}

// lookalike is the first file in dir whose name has all the parts; "" when none has.
func lookalike(dir string, parts ...string) string {
	f, err := os.Open(dir)
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 10_000
	names, _ := f.Readdirnames(most)
	first := ""
	for _, name := range names {
		has := true
		for _, part := range parts {
			has = has && strings.Contains(strings.ToLower(name), strings.ToLower(part))
		}
		if has && (first == "" || name < first) {
			first = name
		}
	}
	return first
}
