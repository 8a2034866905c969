package listfile

import (
	"fmt"
	"strconv"
	"strings"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// table reads the rows of a table.
func (p *parser) table(s *scanner, t *table) error {
	p.list.Form = t.form()
	t.notes(p)
	var fields []string
	header := t.header != nil
	for {
		r, ok, err := s.record(t.separator, fields)
		if !ok {
			return err
		}
		if fields = r.fields; header && r.fault == "" {
			header = false
			continue
		}
		e, fault, path := t.entry(r)
		if fault != "" {
			err = p.problem(r.line, path, "%s", fault)
		} else {
			own := 0
			if strings.Contains(r.raw, `""`) { // the fields may be copies
				own = len(e.Path) + len(e.Label)
			}
			err = p.entry(e, own)
		}
		if err != nil {
			return err
		}
	}
}

// entry is the entry of a row. If fault is not "", the row is not readable, and path is the row's
// path as far as it is known.
func (t *table) entry(r record) (e Entry, fault, path string) {
	if r.fault != "" {
		return e, r.fault, ""
	}
	fields := t.fit(r.fields)
	path, label := "", ""
	switch {
	case len(fields) == t.width:
		path = fields[t.path]
		if t.label >= 0 {
			label = fields[t.label]
		}
	case len(fields) == 1 && t.path == 0 && t.header == nil && content.NamesImage(fields[0]):
		path = fields[0]
	case len(fields) == 1 && t.path == 0 && t.header == nil && t.separator == '\t':
		// In a list with tabs before some labels and spaces before others, a tab is a blank.
		path, label = splitSpaced(fields[0])
	default:
		if path, label, fault = t.rejoin(r); fault != "" {
			return e, fault, path
		}
	}
	if path == "" {
		return e, "the path is empty", ""
	}
	return Entry{r.line, path, label, label != ""}, "", ""
}

// rejoin reads a row of a path and a label with too many fields: the path has separators in it and
// is not quoted.
func (t *table) rejoin(r record) (path, label, fault string) {
	n := len(r.fields)
	if t.width == 2 && n > 2 && n < maxColumns && t.label >= 0 && !strings.ContainsAny(r.raw, `"'`) {
		first, last := strings.IndexByte(r.raw, t.separator), strings.LastIndexByte(r.raw, t.separator)
		if t.path == 0 && !content.NamesImage(r.fields[0]) {
			path, label = r.raw[:last], r.raw[last+1:]
		} else if t.path == 1 {
			path, label = r.raw[first+1:], r.raw[:first]
		}
		if path = strings.Trim(path, blanks); content.NamesImage(path) {
			return path, strings.Trim(label, blanks), ""
		}
	}
	if t.path < n {
		path = r.fields[t.path]
	}
	as := "most lines"
	if t.header != nil {
		as = "the header"
	}
	return path, "", count(n, "field", "fields") + ", want " + count(t.width, "field", "fields") + " as in " + as
}

// form describes the table.
func (t *table) form() string {
	switch {
	case t.mxnet:
		return "MXNet's index, label and path"
	case t.header != nil:
		form := map[byte]string{'\t': "TSV", ';': "CSV with semicolons", ',': "CSV"}[t.separator]
		if t.label < 0 {
			return fmt.Sprintf("%s, with paths in the column %s", form, excerpt.Quoted(t.header[t.path]))
		}
		return fmt.Sprintf("%s, with paths in the column %s and labels in %s", form, excerpt.Quoted(t.header[t.path]), excerpt.Quoted(t.header[t.label]))
	}
	between := map[byte]string{'\t': "tab", ';': "semicolon", ',': "comma"}[t.separator]
	switch {
	case t.label < 0:
		return "lines of a path and fields that are not used, separated by a " + between
	case t.label < t.path:
		return "lines of a label and a path, separated by a " + between
	}
	return "lines of a path and a label, separated by a " + between
}

// notes says which columns are not used.
func (t *table) notes(p *parser) {
	if t.mxnet {
		if t.path > 2 {
			p.note("the first of %d labels a line is used", t.path-1)
		}
		return
	}
	var unused []string
	for i := range t.width {
		switch {
		case i == t.path || i == t.label:
		case t.header != nil && t.header[i] != "":
			unused = append(unused, excerpt.Quoted(t.header[i]))
		default:
			unused = append(unused, strconv.Itoa(i+1))
		}
	}
	p.noteUnused("column", unused)
}
