package listfile

import (
	"fmt"
	"slices"
	"strings"

	"gorgan/dataset/content"
)

// table is how the lines of a text are divided into columns.
type table struct {
	separator byte
	width     int
	header    []string // nil without one
	path      int
	label     int // -1 for none
	mxnet     bool
	certainty certainty
}

// certainty is why a text is taken for a table. More is better.
type certainty int

const (
	byPath   certainty = iota + 1 // a column looks like paths
	byEnding                      // a column ends as files of images do
	byHeader                      // a header names the column of the paths
)

// bestTable returns the likeliest table, or nil if the text is better read as lines of `path label`.
func bestTable(s scanner, separators string) (*table, error) {
	var best *table
	for _, separator := range []byte(separators) {
		rows, spaces, err := s.sample(separator)
		if err != nil {
			return nil, err
		}
		if err := refuseNumbers(rows, separator); err != nil {
			return nil, err
		}
		t, err := newTable(rows, separator)
		if err != nil {
			return nil, err
		}
		if t == nil || separator != '\t' && t.beginsPaths(rows, spaces) {
			continue
		}
		if best == nil || t.certainty > best.certainty {
			best = t
		}
	}
	if best != nil && best.certainty == byPath {
		lines, err := s.sampleOfLines()
		if err != nil || mostly(lines, readsSpaced) {
			return nil, err
		}
	}
	return best, nil
}

// readsSpaced reports whether a line is clearly `path label`, whatever separators are in the path: a
// number stands behind a blank at its end, or it names an image at its end or before its last blank.
func readsSpaced(line string) bool {
	path, label := splitSpaced(line)
	return content.NamesImage(path) || isNumber(label) && !strings.HasSuffix(path, ",") && !strings.HasSuffix(path, ";")
}

// beginsPaths reports whether words in front of the paths of a table without a header are rather the
// beginnings of the paths, as in "Smith, John.jpg", where a space follows each separator, or in
// "img/a,b.jpg".
func (t *table) beginsPaths(rows [][]string, spaces bool) bool {
	first := column(rows, 0)
	return t.header == nil && t.path > 0 && !mostly(first, isNumber) && (spaces || slices.ContainsFunc(first, namesFile))
}

// sample returns the first records of a text, divided at a separator; those that cannot be divided
// are nil. spaces is true if a space follows each separator.
func (s scanner) sample(separator byte) (rows [][]string, spaces bool, err error) {
	spaces = true
	for len(rows) < sampleLines {
		r, ok, err := s.record(separator, nil)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			break
		}
		rows = append(rows, r.fields)
		if r.fault == "" {
			spaces = spaces && strings.Count(r.raw, string(separator)) == strings.Count(r.raw, string(separator)+" ")
		}
	}
	return rows, spaces, nil
}

// newTable finds the columns of a table. It is nil if the rows are no table.
func newTable(rows [][]string, separator byte) (*table, error) {
	t := &table{separator: separator, width: usualWidth(rows), label: -1}
	if t.width < 2 {
		return nil, nil
	}
	t.findHeader(rows)
	if t.header != nil {
		rows = rows[1:]
	}
	var regular [][]string
	for _, row := range rows {
		if row = t.fit(row); len(row) == t.width {
			regular = append(regular, row)
		}
	}
	rest := len(rows) - lone(rows)
	if t.certainty < byHeader && 2*len(regular) <= rest {
		return nil, nil
	}
	if ok, err := t.findPath(regular); !ok || err != nil {
		return nil, err
	}
	if t.certainty == byPath && 10*len(regular) < 9*rest {
		return nil, nil
	}
	return t, t.findLabel(regular)
}

// fit drops empty fields behind the last column, as spreadsheets write them.
func (t *table) fit(row []string) []string {
	for len(row) > t.width && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return row
}

// usualWidth is the number of fields that most rows have. Of two that are as frequent, it is the
// first.
func usualWidth(rows [][]string) int {
	number := map[int]int{}
	best := 0
	for _, row := range rows {
		n := len(row)
		if number[n]++; number[n] > number[best] {
			best = n
		}
	}
	return best
}

// lone counts the rows that are an image without a label.
func lone(rows [][]string) int {
	n := 0
	for _, row := range rows {
		if len(row) == 1 && content.NamesImage(row[0]) {
			n++
		}
	}
	return n
}

// refuseNumbers returns an error if the rows are a table of numbers.
func refuseNumbers(rows [][]string, separator byte) error {
	width := usualWidth(rows)
	if width < 2 || separator == '\t' && width == 2 {
		return nil
	}
	numbers := func(row []string) bool {
		return len(row) > 0 && !slices.ContainsFunc(row, func(field string) bool { return field != "" && !isNumber(field) })
	}
	from := 0
	if len(rows) > 1 && !numbers(rows[0]) {
		from = 1
	}
	for _, row := range rows[from:] {
		if !numbers(row) {
			return nil
		}
	}
	columns := fmt.Sprint(width)
	if width == maxColumns {
		columns = "at least " + columns
	}
	return bad("the text is a table of numbers with %s columns, like one of pixels: no column names images, want `path label`", columns)
}
