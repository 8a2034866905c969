package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgan/model/picture"
)

// classFlag is the flag --class.
type classFlag struct {
	given bool
	text  string
}

// of returns the classes that the images have in turn: all classes of the model, or those of the
// flag. It returns nil for a model without classes. names has the names of the classes, or is nil.
//
// The text of the flag is the name of a class, or parts between commas. A part is a number or a
// range of numbers of the model's classes, or else a name. So a class whose name is a number can be
// hidden by the class of that number, which is said.
func (f classFlag) of(ui *ui, classes int, names []string) ([]uint64, error) {
	switch {
	case classes == 0 && !f.given:
		return nil, nil
	case classes == 0:
		return nil, usageError{errors.New("--class: the model was trained without --classes")}
	case !f.given:
		return picture.SeedsFrom(0, classes), nil
	}
	if i := slices.Index(names, f.text); i >= 0 && strings.Contains(f.text, ",") {
		return []uint64{uint64(i)}, nil
	}
	var all []uint64
	for part := range strings.SplitSeq(f.text, ",") {
		part = strings.TrimSpace(part)
		these, err := classesNamed(part, classes, names)
		if err != nil {
			return nil, usageError{err}
		}
		if i := slices.Index(names, part); i >= 0 && these[0] != uint64(i) {
			ui.note("--class %s is the class of that number, %s; the class of that name has number %d", part, printable(names[these[0]]), i)
		}
		if all = append(all, these...); len(all) > picture.MaxImages {
			return nil, usageError{fmt.Errorf("--class: more than %d classes", picture.MaxImages)}
		}
	}
	return all, nil
}

// classesNamed returns the classes that a part of --class means.
func classesNamed(part string, classes int, names []string) ([]uint64, error) {
	numbers, err := parseRanges("class", part)
	if err == nil && slices.Max(numbers) < uint64(classes) {
		return numbers, nil
	}
	if i := slices.Index(names, part); i >= 0 {
		return []uint64{uint64(i)}, nil
	}
	switch {
	case err == nil:
		return nil, fmt.Errorf("--class: %d, want 0 to %d, the model's classes", slices.Max(numbers), classes-1)
	case names == nil && !strings.ContainsAny(part, "0123456789"):
		return nil, fmt.Errorf("--class is %.82q, but the model's classes have no names, want 0 to %d", part, classes-1)
	case names == nil:
		return nil, err
	}
	if near := closest(part, names); near != "" {
		return nil, fmt.Errorf("--class: the model has no class %.82q; did you mean %s? Its classes are %s", part, near, firstOf(names))
	}
	return nil, fmt.Errorf("--class: the model has no class %.82q; its classes are %s", part, firstOf(names))
}

// firstOf writes the names that fit in about 80 letters, and how many more there are.
func firstOf(names []string) string {
	text := names[0]
	for i, name := range names[1:] {
		if len(text)+len(name) > 80 {
			return fmt.Sprintf("%s and %d more, which gorgan inspect lists", text, len(names)-1-i)
		}
		text += ", " + name
	}
	return text
}
