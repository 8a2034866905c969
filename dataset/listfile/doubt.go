package listfile

import (
	"strings"

	"gorgan/dataset/content"
)

// The doubts about lines.
const (
	doubtCSV   = "the lines look like CSV whose form is not clear, want a header that names the columns, such as path,label"
	doubtFirst = "the label may come before the path, want `path label`, or a header such as label,path with commas between the fields"
)

// doubt is another way to read lines that are read as f.
func doubt(lines []string, f spaced) string {
	if f.labelFirst || len(lines) == 0 {
		return ""
	}
	first, commas := 0, 0
	for _, line := range lines {
		path, label, _ := f.split(line)
		if label != "" || path != line {
			continue
		}
		if strings.ContainsAny(path, ",;") {
			commas++
		} else if _, rest, ok := cutFirst(path); ok && content.NamesImage(rest) {
			first++
		}
	}
	switch {
	case 2*commas > len(lines):
		return doubtCSV
	case 2*first > len(lines):
		return doubtFirst
	}
	return ""
}

// LabelFirst returns the list with the label in front of the path if that is its Doubt, and nil
// otherwise. Call it if the images of Entries do not exist: the line "cat img/1.jpg" can be the path
// of an image, and only its absence says that cat is the label. The new list shares Problems and
// Notes with l. l stays as it is.
func (l *List) LabelFirst() *List {
	if l.Doubt != doubtFirst {
		return nil
	}
	first := &List{Form: spaced{labelFirst: true}.String(), Problems: l.Problems, Notes: l.Notes, Entries: make([]Entry, len(l.Entries))}
	for i, e := range l.Entries {
		if label, path, ok := cutFirst(e.Path); ok && !e.Labelled && content.NamesImage(path) {
			e.Label, e.Path, e.Labelled = label, path, true
		}
		first.Entries[i] = e
	}
	return first
}
