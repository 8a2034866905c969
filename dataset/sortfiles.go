package dataset

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
	"gorgan/dataset/imagefile"
	"gorgan/dataset/tree"
)

// sorted are the files of a tree by what they are for.
type sorted struct {
	images   []int    // image files, as indices in the tree's files
	paths    []string // of images
	metadata []string // files that say more about images
	lists    []string // other files that look like lists of images
	others   []string
}

// largestUnnamed is the size in bytes of the largest file that is looked into although its name is
// not that of an image.
const largestUnnamed = 32 << 20

// sortFiles finds the images among the files of a tree. A file is one if its name or its content
// says so; the reader reports those whose content differs from their name.
func sortFiles(ctx context.Context, t *tree.Tree) (*sorted, error) {
	f := &sorted{}
	for i, file := range t.Files() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name := strings.ToLower(path.Base(file.Path))
		switch {
		case content.NamesImage(name):
		case slices.Contains(metadataNames, name), strings.HasSuffix(name, classEnding):
			f.metadata = append(f.metadata, file.Path)
			continue
		case looksLikeList(name):
			f.lists = append(f.lists, file.Path)
			continue
		case isText(name) || file.Size > largestUnnamed || !holdsImage(t, i):
			f.others = append(f.others, file.Path)
			continue
		}
		f.images, f.paths = append(f.images, i), append(f.paths, file.Path)
	}
	return f, nil
}

// holdsImage reports whether a file's content is that of an image.
func holdsImage(t *tree.Tree, i int) bool {
	data, err := t.Read(i, largestUnnamed)
	return err == nil && imagefile.Reads(data)
}

// isText reports whether a file's name is that of a text.
func isText(name string) bool {
	return slices.Contains([]string{".txt", ".md", ".html", ".json", ".jsonl", ".csv", ".tsv", ".xml", ".yaml", ".yml", ".py", ".log"}, path.Ext(name))
}

// looksLikeList reports whether a file's name is that of a list of images.
func looksLikeList(name string) bool {
	switch path.Ext(name) {
	case ".csv", ".tsv", ".lst":
		return true
	case ".txt", ".json", ".jsonl":
		for _, part := range []string{"label", "class", "list", "annot", "metadata", "train", "test"} {
			if strings.Contains(name, part) {
				return true
			}
		}
	}
	return false
}

// none says why a tree has no images.
func (f *sorted) none(t *tree.Tree) string {
	why := "holds no files"
	if n := len(t.Files()); n > 0 {
		why = fmt.Sprintf("holds no images among its %s, the first of which is %s", plural(n, "1 file", fmt.Sprint(n, " files")), excerpt.Of(t.Files()[0].Path))
	}
	for _, note := range t.Notes() {
		why += "; " + note
	}
	if len(f.lists) > 0 {
		why += fmt.Sprintf("; %s looks like a list of images: to use it, give its path", excerpt.Of(f.lists[0]))
	}
	return why
}

// notes says what is not used.
func (f *sorted) notes() (all []string) {
	switch n := len(f.lists); n {
	case 0:
	case 1:
		all = append(all, fmt.Sprintf("%s looks like a list of images and is not used: to use it, give its path", excerpt.Of(f.lists[0])))
	default:
		all = append(all, fmt.Sprintf("%d files look like lists of images and are not used, the first is %s: to use one, give its path", n, excerpt.Of(f.lists[0])))
	}
	switch n := len(f.others); n {
	case 0:
	case 1:
		all = append(all, fmt.Sprintf("%s is not an image and is left out", excerpt.Of(f.others[0])))
	default:
		all = append(all, fmt.Sprintf("%d files are not images and are left out, the first is %s", n, excerpt.Of(f.others[0])))
	}
	return all
}
