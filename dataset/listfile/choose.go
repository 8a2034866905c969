package listfile

import (
	"slices"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// findHeader decides whether the first row is a header.
func (t *table) findHeader(rows [][]string) {
	first := rows[0]
	if len(first) < 2 || slices.ContainsFunc(first, content.NamesImage) || slices.ContainsFunc(first, isNumber) {
		return
	}
	if len(find(first, pathNames)) > 0 {
		if len(rows) > 1 && usualWidth(rows[1:]) == len(first)+1 && isIndex(column(rows[1:], 0)) {
			first = append([]string{""}, first...) // R gives the names of the rows no name
		}
		t.header, t.width, t.certainty = first, len(first), byHeader
		return
	}
	// Without a name that is known, the rows below must look different from the first.
	if len(rows) < 2 || len(first) != t.width || slices.ContainsFunc(first, namesFile) {
		return
	}
	for i := range t.width {
		if mostly(column(rows[1:], i), content.NamesImage) || mostly(column(rows[1:], i), namesFile) {
			t.header = first
		}
	}
}

// findPath finds the column of the paths. ok is false if there is none.
func (t *table) findPath(rows [][]string) (ok bool, err error) {
	named := find(t.header, pathNames)
	for _, i := range named {
		if len(rows) == 0 || mostly(column(rows, i), content.NamesImage) {
			t.path = i
			return true, t.unique(i)
		}
	}
	endings := t.columnsOf(rows, content.NamesImage)
	switch {
	case len(endings) == 1 || len(endings) > 1 && t.header != nil:
		t.path, t.certainty = endings[0], max(t.certainty, byEnding)
		return true, nil
	case len(endings) > 1:
		return false, bad("the fields %d and %d of the lines both name images, want a header that calls the column of the images path", endings[0]+1, endings[1]+1)
	case len(named) > 0:
		t.path = named[0]
		return true, t.unique(t.path)
	}
	if paths := t.columnsOf(rows, namesFile); len(paths) == 1 {
		t.path, t.certainty = paths[0], byPath
		return true, nil
	}
	return false, nil
}

func (t *table) columnsOf(rows [][]string, is func(string) bool) []int {
	var found []int
	for i := range t.width {
		if mostly(column(rows, i), is) {
			found = append(found, i)
		}
	}
	return found
}

// unique returns an error if another column has the name of column i.
func (t *table) unique(i int) error {
	for j, name := range t.header {
		if j != i && columnName(name) == columnName(t.header[i]) {
			return bad("two columns of the header are called %s, want one", excerpt.Quoted(name))
		}
	}
	return nil
}

// findLabel finds the column of the labels, if there is one.
func (t *table) findLabel(rows [][]string) error {
	if named := find(t.header, labelNames); len(named) > 0 && named[0] != t.path {
		t.label = named[0]
		return t.unique(t.label)
	}
	var may []int
	for i := range t.width {
		known := t.header != nil && slices.Contains(otherNames, columnName(t.header[i]))
		if i != t.path && !known && (t.width == 2 || !mostly(column(rows, i), isSplit)) {
			may = append(may, i)
		}
	}
	if t.header != nil {
		// Of several columns with unknown names, none is taken on a guess.
		if len(may) == 1 {
			t.label = may[0]
		}
		return nil
	}
	if len(may) > 1 && may[0] == 0 && isIndex(column(rows, 0)) {
		may = may[1:]
		t.mxnet = t.separator == '\t' && t.path == t.width-1
	}
	if behind := slices.IndexFunc(may, func(i int) bool { return i > t.path }); behind > 0 {
		may = may[behind:]
	}
	if len(may) > 0 {
		t.label = may[0]
	}
	return nil
}
