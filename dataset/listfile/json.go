package listfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gorgan/dataset/content"
	"gorgan/dataset/excerpt"
)

// json reads a text that is JSON: stylegan's dataset.json, JSON lines, an array, or an object that
// gives each path its label.
func (p *parser) json(text string) error {
	open := skipSpace(text, 0)
	if text[open] == '[' {
		p.list.Form = "a JSON array"
		return p.elements(text, open)
	}
	keys, end, err := topKeys(text, open)
	if err != nil {
		return err
	}
	switch {
	case slices.Contains(keys, "annotations") && slices.Contains(keys, "images"):
		return bad("the text looks like annotations of COCO, want a list with one label an image")
	case len(find(keys, pathNames)) > 0, strings.HasPrefix(strings.TrimLeft(text[end:], jsonSpace), "{"):
		return p.jsonLines(text)
	case slices.Contains(keys, "labels"):
		return p.datasetJSON(text, open)
	case mostly(keys, content.NamesImage):
		p.list.Form = "a JSON object of paths and labels"
		return p.members(text, open)
	}
	for i := range keys {
		keys[i] = excerpt.Quoted(keys[i])
	}
	return bad("the text is a JSON object with the keys %s, want dataset.json with the key \"labels\", or an object a line with the key \"file_name\"", enumerated(keys))
}

// topKeys returns keys of the object that opens at text[open], and where it ends.
func topKeys(text string, open int) (keys []string, end int, err error) {
	end, err = eachPart(text, open, func(key, _ string) error {
		if len(keys) < maxColumns {
			keys = append(keys, keyName(key))
		}
		return nil
	})
	return keys, end, err
}

// datasetJSON reads stylegan's {"labels": [["00000/img.png", 3], …]}.
func (p *parser) datasetJSON(text string, open int) error {
	p.list.Form = "stylegan's dataset.json"
	var unused []string
	seen := false
	end, err := eachPart(text, open, func(key, value string) error {
		name := keyName(key)
		if name == "labels" && seen {
			return bad("dataset.json has the key \"labels\" twice")
		}
		seen = seen || name == "labels"
		switch {
		case name != "labels":
			if len(unused) < maxColumns {
				unused = append(unused, excerpt.Quoted(name))
			}
		case value == "null":
			p.note("the labels of dataset.json are null")
		case value[0] == '[':
			return p.elements(value, 0)
		case value[0] == '{':
			return p.members(value, 0)
		default:
			return bad("the labels of dataset.json are %s, want a list of pairs such as [\"00000/img.png\", 3]", excerpt.Quoted(value))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.noteUnused("key", unused)
	return ends(text, end)
}

// members reads an object whose keys are paths and whose values are labels.
func (p *parser) members(text string, open int) error {
	number, l := 0, labelLists{}
	end, err := eachPart(text, open, func(key, value string) error {
		number++
		return p.pair(number, key, value, &l)
	})
	if err != nil {
		return err
	}
	p.noteLists(l)
	return ends(text, end)
}

// pair keeps the entry of a path and a label in JSON.
func (p *parser) pair(number int, path, label string, l *labelLists) error {
	if len(path)+len(label) > maxElement {
		return p.problem(number, "", "longer than %d bytes", maxElement)
	}
	name, ok := plain(path)
	if !ok || path[0] != '"' {
		return p.problem(number, "", "the path is %s, want a text", excerpt.Of(path))
	}
	if name == "" {
		return p.problem(number, "", "the path is empty")
	}
	text, fault := l.read(label)
	if fault != "" {
		return p.problem(number, name, "%s", fault)
	}
	own := 0
	if strings.Contains(path, `\`) || strings.Contains(label, `\`) {
		own = len(name) + len(text)
	}
	return p.entry(Entry{number, name, text, text != ""}, own)
}

// labelLists reads labels, and counts those that are lists.
type labelLists struct{ first, oneHot int }

// read returns a label as text, "" for none.
func (l *labelLists) read(value string) (label, fault string) {
	switch {
	case value == "null" || value == "":
		return "", ""
	case value[0] == '{':
		return "", "the label is an object, want a number or a name"
	case value[0] != '[':
		text, ok := plain(value)
		if !ok {
			return "", "the label is " + excerpt.Quoted(value) + ", want a number or a name"
		}
		return text, ""
	}
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(value), &list); err != nil {
		return "", "the label is " + excerpt.Quoted(value) + ", want a number or a name"
	}
	if len(list) == 0 {
		return "", ""
	}
	if hot := oneHot(list); hot >= 0 {
		l.oneHot++
		return fmt.Sprint(hot), ""
	}
	if len(list) > 1 {
		l.first++
	}
	first := string(list[0])
	if first[0] == '[' || first[0] == '{' {
		return "", "the label is a list of lists, want a number or a name"
	}
	return l.read(first)
}

// oneHot is where the 1 of a list of zeros and a 1 is, or -1.
func oneHot(list []json.RawMessage) int {
	hot := -1
	for i, value := range list {
		n, ok := wholeNumber(string(value))
		if !ok || n > 1 || n == 1 && hot >= 0 {
			return -1
		}
		if n == 1 {
			hot = i
		}
	}
	if len(list) < 2 {
		return -1
	}
	return hot
}

func (p *parser) noteLists(l labelLists) {
	if l.oneHot > 0 {
		p.note("%s one-hot: the label is the place of the 1, from 0", count(l.oneHot, "label is a list of zeros and a 1, read as", "labels are lists of zeros and a 1, read as"))
	}
	if l.first > 0 {
		p.note("%s: the first is used", count(l.first, "label is a list of several", "labels are lists of several"))
	}
}
