package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"gorgan/dataset/excerpt"
	"gorgan/dataset/listfile"
	"gorgan/dataset/tree"
)

// metadataNames are the files that say more about the images beside and below them: the first two
// of Hugging Face's folders of images, the third of StyleGAN's archives.
var metadataNames = []string{"metadata.csv", "metadata.jsonl", "dataset.json"}

// classEnding ends the name of a file with the class of one image, as in archives of WebDataset:
// 0001.cls is for 0001.jpg.
const classEnding = ".cls"

// longestClass is the largest file of a class that is read, in bytes.
const longestClass = 1 << 10

// longestMetadata returns the bytes of the largest list that is read of so many images. A packed
// list can be small in the archive. So the images, which are there, say how much there can be to say
// of them.
func longestMetadata(images int) int64 { return 16<<20 + min(int64(images), 1<<18)<<12 }

// metadataHolds reports whether so many bytes may be held for the lines of a list of so many images.
// The text is there several times while it is read, and short lines take more memory than their text.
func (o Options) metadataHolds(images int) func(bytes int64) bool {
	return func(bytes int64) bool { return bytes <= 6*longestMetadata(images) && o.holds(bytes) }
}

// fromMetadata is what the files of metadata say of the images of a tree, those of all its parts, so
// that a class has the same number in each.
type fromMetadata struct {
	numbers  []int32         // labels by image, -1 for none; nil if no image has a label
	classes  []string        // names of the numbers
	bad      map[int]Problem // by image
	problems []Problem       // that are not of an image
	notes    []string

	entries []listfile.Entry // of the images; Line is the image
	byPath  map[string]int
	byStem  map[string]int // by path without its ending
	count   int            // images with a label
	unknown int            // paths that lead to no image
	first   string         // of unknown
}

// labels returns the labels that the files of metadata give to the images.
func (f *sorted) labels(t *tree.Tree, o Options) (*fromMetadata, error) {
	l := &fromMetadata{byPath: map[string]int{}, byStem: map[string]int{}, bad: map[int]Problem{}}
	if len(f.metadata) == 0 {
		return l, nil
	}
	for i, name := range f.paths {
		l.entries = append(l.entries, listfile.Entry{Line: i, Path: name})
		l.byPath[name] = i
		l.byStem[strings.TrimSuffix(name, path.Ext(name))] = i
	}
	for _, name := range f.metadata {
		read := l.readList
		if strings.HasSuffix(strings.ToLower(name), classEnding) {
			read = l.readClass
		}
		if err := read(t, name, o); err != nil {
			return nil, err
		}
	}
	l.close(f.metadata[0])
	return l, nil
}

// readClass reads the class of one image.
func (l *fromMetadata) readClass(t *tree.Tree, name string, _ Options) error {
	i, known := l.byStem[strings.TrimSuffix(name, path.Ext(name))]
	if !known {
		return nil
	}
	text, err := t.ReadPath(name, longestClass)
	if err == nil {
		l.set(i, strings.TrimSpace(string(text)))
	}
	return err
}

// readList reads a list of images, whose paths are relative to the list's folder.
func (l *fromMetadata) readList(t *tree.Tree, name string, o Options) error {
	text, err := t.ReadPath(name, longestMetadata(len(l.entries)))
	if err != nil {
		return err
	}
	list, err := listfile.Parse(bytes.NewReader(text), o.metadataHolds(len(l.entries)))
	switch {
	case errors.Is(err, listfile.ErrMemory):
		return fmt.Errorf("%s: %w for the list of %d %s", name, err, len(l.entries), plural(len(l.entries), "image", "images"))
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, note := range list.Notes {
		l.notes = append(l.notes, name+": "+note)
	}
	for _, p := range list.Problems {
		l.problems = append(l.problems, Problem{p.Line, path.Join(path.Dir(name), p.Path), KindBadLabel, name + ": " + p.Detail})
	}
	for _, e := range list.Entries {
		i, known := l.byPath[path.Join(path.Dir(name), strings.ReplaceAll(e.Path, `\`, "/"))]
		switch {
		case known && e.Labelled:
			l.set(i, e.Label)
		case !known:
			if l.unknown++; l.unknown == 1 {
				l.first = fmt.Sprintf("%s in %s", excerpt.Of(e.Path), name)
			}
		}
	}
	return nil
}

func (l *fromMetadata) set(i int, label string) {
	if !l.entries[i].Labelled {
		l.count++
	}
	l.entries[i].Label, l.entries[i].Labelled = label, true
}

// close turns the labels into numbers. name is the first file of metadata.
func (l *fromMetadata) close(name string) {
	if l.unknown > 0 {
		l.notes = append(l.notes, fmt.Sprintf("%d %s to no image here, the first is %s", l.unknown, plural(l.unknown, "path leads", "paths lead"), l.first))
	}
	if l.count == 0 {
		return
	}
	if without := len(l.entries) - l.count; without > 0 {
		l.notes = append(l.notes, fmt.Sprintf("%s no label in %s", images(without, "has", "have"), path.Base(name)))
	}
	var bad []listfile.Problem
	l.numbers, l.classes, bad = listfile.Labels(l.entries)
	for _, p := range bad {
		l.bad[p.Line] = Problem{0, p.Path, KindBadLabel, p.Detail}
	}
}
