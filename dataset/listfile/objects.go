package listfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgan/dataset/excerpt"
)

// errEnough ends a walk.
var errEnough = errors.New("enough")

// elements reads an array of pairs or of objects.
func (p *parser) elements(text string, open int) error {
	var sample []string
	_, err := eachPart(text, open, func(_, value string) error {
		if sample = append(sample, value); len(sample) == sampleLines {
			return errEnough
		}
		return nil
	})
	if err != nil && err != errEnough {
		return err
	}
	o, err := newObjects(sample)
	if err != nil {
		return err
	}
	number := 0
	end, err := eachPart(text, open, func(_, value string) error {
		number++
		return p.element(number, value, o)
	})
	if err != nil {
		return err
	}
	p.noteObjects(o)
	return ends(text, end)
}

// jsonLines reads an object a line.
func (p *parser) jsonLines(text string) error {
	p.list.Form = "JSON lines"
	var sample []string
	each := func(f func(number int, line string) error) error {
		rest := text
		for number := 1; rest != ""; number++ {
			var line string
			line, rest = cutLine(rest)
			if line = strings.Trim(line, jsonSpace); line == "" {
				continue
			}
			if err := f(number, line); err != nil {
				return err
			}
		}
		return nil
	}
	err := each(func(number int, line string) error {
		if len(sample) == 0 && skipValue(line, 0) < 0 {
			return bad("line %d: the JSON object does not end on its line, want an object a line", number)
		}
		if sample = append(sample, line); len(sample) == sampleLines {
			return errEnough
		}
		return nil
	})
	if err != nil && err != errEnough {
		return err
	}
	o, err := newObjects(sample)
	if err != nil {
		return err
	}
	if err := each(func(number int, line string) error { return p.element(number, line, o) }); err != nil {
		return err
	}
	p.noteObjects(o)
	return nil
}

// objects are the keys of JSON objects that are images.
type objects struct {
	table
	unused map[string]bool
	lists  labelLists
}

// newObjects finds the keys of the path and of the label.
func newObjects(sample []string) (*objects, error) {
	o := &objects{table: table{label: -1, certainty: byHeader}, unused: map[string]bool{}}
	place := map[string]int{}
	rows := make([][]string, 0, len(sample))
	for _, value := range sample {
		if value[0] != '{' || len(value) > maxElement {
			continue
		}
		row := make([]string, len(o.header))
		eachPart(value, 0, func(key, value string) error {
			name, ok := plain(key)
			if i, known := place[name]; known {
				row[i] = sampled(value)
			} else if ok && len(o.header) < maxColumns {
				place[name] = len(o.header)
				o.header = append(o.header, name)
				row = append(row, sampled(value))
			}
			return nil
		})
		rows = append(rows, row)
	}
	if o.width = len(o.header); o.width == 0 {
		return o, nil
	}
	ok, err := o.findPath(rows)
	if err != nil {
		return nil, err
	}
	if !ok {
		keys := make([]string, len(o.header))
		for i, key := range o.header {
			keys[i] = excerpt.Quoted(key)
		}
		return nil, bad("the objects have the keys %s, and none names images, want the key \"file_name\"", enumerated(keys))
	}
	if err := o.findLabel(rows); err != nil {
		return nil, err
	}
	if o.label >= 0 && len(find(o.header[o.label:o.label+1], labelNames)) == 0 && slices.ContainsFunc(column(rows, o.label), isNested) {
		o.label = -1
	}
	return o, nil
}

func isNested(value string) bool {
	return strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[")
}

// sampled is what is needed of a value to choose keys by it.
func sampled(value string) string {
	text, _ := plain(value[:min(len(value), maxLine)])
	return text
}

// element keeps the entry of an object or of a pair.
func (p *parser) element(number int, value string, o *objects) error {
	if len(value) > maxElement {
		return p.problem(number, "", "longer than %d bytes", maxElement)
	}
	if !json.Valid([]byte(value)) {
		return p.problem(number, "", "no valid JSON")
	}
	path, label := "", "null"
	switch value[0] {
	case '[':
		n := 0
		eachPart(value, 0, func(_, part string) error {
			if n++; n == 1 {
				path = part
			} else if n == 2 {
				label = part
			}
			return nil
		})
		if n != 2 {
			return p.problem(number, "", "%s, want a path and a label", count(n, "element", "elements"))
		}
	case '{':
		eachPart(value, 0, func(key, part string) error {
			name, _ := plain(key)
			switch {
			case o.width > 0 && name == o.header[o.path]:
				path = part
			case o.label >= 0 && name == o.header[o.label]:
				label = part
			case len(o.unused) < maxColumns:
				o.unused[name] = true
			}
			return nil
		})
		if path == "" && o.width == 0 {
			return p.problem(number, "", "no key names an image, want \"file_name\"")
		}
		if path == "" {
			return p.problem(number, "", "no key %s, want it in each object", excerpt.Quoted(o.header[o.path]))
		}
	case '"':
		path = value
	default:
		return p.problem(number, "", "the element is %s, want a path and a label", excerpt.Of(value))
	}
	return p.pair(number, path, label, &o.lists)
}

// noteObjects says what is not used.
func (p *parser) noteObjects(o *objects) {
	if o.width > 0 {
		p.list.Form += fmt.Sprintf(" with paths in the key %s", excerpt.Quoted(o.header[o.path]))
		if o.label >= 0 {
			p.list.Form += fmt.Sprintf(" and labels in %s", excerpt.Quoted(o.header[o.label]))
		}
	}
	var unused []string
	for _, name := range o.header {
		if o.unused[name] {
			unused = append(unused, excerpt.Quoted(name))
		}
	}
	p.noteUnused("key", unused)
	p.noteLists(o.lists)
}
