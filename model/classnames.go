package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"gorgan/dataset"
	"gorgan/dataset/excerpt"
)

const (
	// maxClassName is the length of the longest name of a class, in bytes. No file's name is longer.
	maxClassName = 255
	// maxClassNames is the length of all names as JSON, in bytes. A checkpoint's header holds them.
	maxClassNames = 4 << 20
)

// classNames returns the names of the classes of a set, or nil if its labels are numbers or if c
// has no classes. It returns an error if the names do not fit c.
func classNames(c Config, set *dataset.Set) ([]string, error) {
	names := set.Classes()
	if c.Classes == 0 || len(names) == 0 {
		return nil, nil
	}
	if err := checkClassNames(names, c.Classes); err != nil {
		return nil, fmt.Errorf("model: %s: %w", set.Name(), err)
	}
	return names, nil
}

// checkClassNames returns an error unless there is one name for each class, each once, and all
// are printable.
func checkClassNames(names []string, classes int) error {
	if len(names) != classes {
		return fmt.Errorf("the names of %d classes, want one for each of classes, %d", len(names), classes)
	}
	of := map[string]int{}
	for i, name := range names {
		if name == "" || len(name) > maxClassName || strings.ContainsFunc(name, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsGraphic(r) }) {
			return fmt.Errorf("class %d is named %s, want a printable name of 1 to %d bytes", i, excerpt.Quoted(name), maxClassName)
		}
		if first, twice := of[name]; twice {
			return fmt.Errorf("classes %d and %d are both named %s, want different names", first, i, excerpt.Of(name))
		}
		of[name] = i
	}
	if text, err := json.Marshal(names); err != nil || len(text) > maxClassNames {
		return fmt.Errorf("the names of the classes take %d bytes, want at most %d", len(text), maxClassNames)
	}
	return nil
}

// parseClassNames reads the names as a checkpoint has them. An empty text means no names.
func parseClassNames(text string, classes int) (names []string, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, fmt.Errorf("the names of the classes are %s, want a JSON array of texts: %w", excerpt.Quoted(text), err)
	}
	return names, checkClassNames(names, classes)
}

// renamed returns an error if two lists of names, where both are known, differ.
func renamed(now, was []string) error {
	for i := range min(len(now), len(was)) {
		if now[i] != was[i] {
			return fmt.Errorf("model: class %d is named %s in the data, but was named %s when the run began", i, excerpt.Of(now[i]), excerpt.Of(was[i]))
		}
	}
	return nil
}
