package plan

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
)

// shipped has a file of plans for each card that was measured. Its README says how they are made.
//
//go:embed shipped
var shipped embed.FS

// Known returns the plans that the program has for known cards.
func Known() ([]Plan, error) { return In(shipped) }

// In returns the plans of the files *.json of a file system's folder shipped, in the order of their
// names.
func In(files fs.FS) (all []Plan, err error) {
	names, err := fs.Glob(files, "shipped/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		plans, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		all = append(all, plans...)
	}
	return all, nil
}
