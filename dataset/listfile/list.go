// Package listfile reads texts that name images and their labels: lists, CSV, TSV, JSON lines,
// stylegan's dataset.json, MXNet's .lst.
package listfile

import (
	"fmt"
	"io"
	"strings"

	"gorgan/dataset/content"
)

// List is what a text says about images.
type List struct {
	// Form is what the text was recognised as, for messages: "lines of `path label`".
	Form string

	Entries  []Entry   // in the order of the text
	Problems []Problem // what could not be read, in the order of the text

	// Notes are sentences about what was ignored or reinterpreted: "12 comment lines are left out".
	Notes []string

	// Doubt is a sentence about another way to read the text, for the case that the images of
	// Entries do not exist. It is "" if there is none. See [List.LabelFirst].
	Doubt string
}

// Entry is an image of a list.
type Entry struct {
	Line     int    // from 1; the number of the element if the whole text is one JSON value
	Path     string // as written, without quotes; never ""
	Label    string // as written, without quotes; "" for none
	Labelled bool
}

// Problem is a part of a text that could not be read.
type Problem struct {
	Line   int    // as of [Entry]
	Path   string // "" if unknown
	Detail string // without line and path: "3 fields, want 2"
}

// Parse reads a text that names images, and recognises its form by the text alone. docs/data.md has
// an example of each form. These rules decide:
//
//   - A text is UTF-8, or UTF-16 with a byte order mark. Other text is read as Latin-1.
//   - A text that starts as a JSON value does is dataset.json, JSON lines, or an array of objects.
//   - Lines end in LF, CRLF or CR. Blank lines, and comments after a # at the start of a line, are
//     left out.
//   - The first 1000 lines decide on the separator, on a header and on the order of the columns. The
//     separator is a tab, a semicolon or a comma if that gives every line the same number of fields,
//     and if a column names images: by its header, or because its fields end as image files do or
//     look like paths.
//   - Otherwise a line is `path`, or `path label` separated by spaces, tabs or no-break spaces. The
//     path may contain spaces. If the last field is a whole number from 0 to 2147483647, it is the
//     label. Otherwise, if the text before it ends as an image file does and the line does not,
//     what follows the image is the label. Otherwise the whole line is the path. If all lines have
//     whole numbers before their paths, and these look like classes, they are the labels.
//
// What could not be read is in [List.Problems]. The error is about the whole text, and wraps
// [content.ErrFormat]: a text that is no list, a line longer than 64 KiB, a form that is not clear.
// It wraps [ErrMemory] if holds says no, and it may be r's own.
//
// Parse asks holds before it takes more memory: the argument is the number of bytes taken in all.
func Parse(r io.Reader, holds func(bytes int64) bool) (*List, error) {
	p := &parser{memory: memory{holds: holds}}
	text, err := p.read(r)
	if err != nil {
		return nil, err
	}
	if looksJSON(text) {
		err = p.json(text)
	} else {
		err = p.lines(text)
	}
	if err != nil {
		return nil, err
	}
	return &p.list, nil
}

// maxLine is the longest line of a text, in bytes.
const maxLine = 64 << 10

// parser collects the parts of a list.
type parser struct {
	memory
	list List
}

func (p *parser) note(format string, args ...any) {
	p.list.Notes = append(p.list.Notes, fmt.Sprintf(format, args...))
}

// The memory of an entry and of a problem besides the text of their strings, and the most that a
// string takes besides its text, in bytes.
const (
	entryBytes   = 48
	problemBytes = 40
	stringBytes  = 16
)

// entry keeps an entry. text is the number of bytes of its strings that are not part of the text
// that was read.
func (p *parser) entry(e Entry, text int) error {
	if text > 0 {
		text += 2 * stringBytes
	}
	err := p.take(int64(text))
	if err == nil {
		p.list.Entries, err = grown(&p.memory, p.list.Entries, entryBytes)
	}
	p.list.Entries = append(p.list.Entries, e)
	return err
}

func (p *parser) problem(line int, path, format string, args ...any) error {
	detail := fmt.Sprintf(format, args...)
	err := p.take(int64(len(path) + len(detail) + 2*stringBytes))
	if err == nil {
		p.list.Problems, err = grown(&p.memory, p.list.Problems, problemBytes)
	}
	p.list.Problems = append(p.list.Problems, Problem{line, path, detail})
	return err
}

// bad is an error about a text.
func bad(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, content.ErrFormat)...)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// noteUnused says which columns or keys are not used.
func (p *parser) noteUnused(what string, names []string) {
	if len(names) == 1 {
		p.note("%s %s is not used", what, names[0])
	} else if len(names) > 1 {
		p.note("%ss %s are not used", what, enumerated(names))
	}
}

func enumerated(names []string) string {
	const most = 6
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}
