package array

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gorgan/dataset/excerpt"
)

// imagesName matches the names of IDX files of images: MNIST's train-images-idx3-ubyte and
// train-images.idx3-ubyte, EMNIST's emnist-letters-train-images-idx3-ubyte, and such. The
// first group is what stands before the word images.
var imagesName = regexp.MustCompile(`^(.*)images[-.]idx[34]-ubyte(\.gz)?$`)

// openIDXFile opens an IDX file of images with the labels file beside it.
func openIDXFile(ctx context.Context, path string, o Options) (*Images, error) {
	labels := labelsBeside(path)
	a, err := OpenIDX(ctx, onDisk(path), labels, o)
	if err != nil {
		return nil, err
	}
	if labels == nil {
		before, _, _ := strings.Cut(filepath.Base(path), "images")
		if other := lookalike(filepath.Dir(path), "label", before); other != "" {
			a.note("%s looks like labels and is not used: want a name as that of the images, with labels for images and idx1 for idx3, and bytes in it", excerpt.Of(other))
		}
	}
	return a, nil
}

// labelsBeside finds the labels file that goes with an images file, by its name.
func labelsBeside(images string) *File {
	dir, name := filepath.Split(images)
	match := imagesName.FindStringSubmatch(name)
	if match == nil {
		return nil
	}
	for _, ending := range []string{"-idx1-ubyte", ".idx1-ubyte", "-idx2-int", ".idx2-int", "-idx1-int", ".idx1-int"} {
		if path, ok := plainOrPacked(filepath.Join(dir, match[1]+"labels"+ending)); ok {
			f := onDisk(path)
			return &f
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
		if _, err := os.Lstat(p); !os.IsNotExist(err) {
			return p, true
		}
	}
	return "", false
}

// lookalike is the first file in dir whose name has all the parts; "" when none has.
func lookalike(dir string, parts ...string) string {
	for _, name := range namesIn(dir) {
		has := true
		for _, part := range parts {
			has = has && strings.Contains(strings.ToLower(name), strings.ToLower(part))
		}
		if has {
			return name
		}
	}
	return ""
}

// namesIn returns names in a folder, sorted. Of a large folder these are some.
func namesIn(dir string) []string {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	const most = 10_000
	names, _ := f.Readdirnames(most)
	slices.Sort(names)
	return names
}

// isTest reports whether the name of a file, or what stands in it before the word images, is that
// of a part for tests: t10k, test or emnist-letters-test.
func isTest(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-._ ", r) })
	return slices.Contains(words, "t10k") || slices.Contains(words, "test")
}

// openIDXFolder opens the images of the split among the IDX files of a folder. It returns nil and
// no error if there are none.
func openIDXFolder(ctx context.Context, dir string, o Options) (*Images, error) {
	var found []string // of the split, each without .gz
	others := false    // there are images of the other split
	for _, name := range namesIn(dir) {
		switch match := imagesName.FindStringSubmatch(name); {
		case match == nil:
		case isTest(match[1]) != (o.Split == "test"):
			others = true
		default:
			if name = strings.TrimSuffix(name, ".gz"); !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	switch {
	case len(found) == 0 && !others:
		return nil, nil
	case len(found) == 0:
		return nil, fmt.Errorf("%s: folder has no IDX file of %s images, as %s-images-idx3-ubyte: %w", dir, o.Split, map[string]string{"train": "train", "test": "t10k"}[o.Split], fs.ErrNotExist)
	case len(found) > 1:
		return nil, fmt.Errorf("%s: folder has several sets of %s images; give one of the files %s", dir, o.Split, listed(found))
	}
	path, _ := plainOrPacked(filepath.Join(dir, found[0]))
	a, err := openIDXFile(ctx, path, o)
	if err == nil {
		a.Splits = others
	}
	return a, err
}

// listed writes names, one after the other.
func listed(names []string) string {
	const most = 8
	var text []string
	for _, name := range names[:min(len(names), most)] {
		text = append(text, excerpt.Of(name))
	}
	if more := len(names) - most; more > 0 {
		text = append(text, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(text, ", ")
}
