package run

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
)

// FakesPicture is a picture of a run's first fake images at a step.
type FakesPicture struct {
	Name string `json:"name"` // of its file in the run's folder
	Step uint32 `json:"step"`
}

var fakesName = regexp.MustCompile(`^fakes_(\d{6,10})\.png$`)

// FakesPictures returns the pictures of fake images that a run's folder has, by step. It looks at
// names alone. It returns an error if the folder cannot be read.
func FakesPictures(dir string) ([]FakesPicture, error) {
	held, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []FakesPicture
	for _, e := range held {
		if e.Name() == InitFile {
			found = append(found, FakesPicture{InitFile, 0})
		}
		if m := fakesName.FindStringSubmatch(e.Name()); m != nil {
			if step, err := strconv.ParseUint(m[1], 10, 32); err == nil && fmt.Sprintf(FakesFile, step) == e.Name() {
				found = append(found, FakesPicture{e.Name(), uint32(step)})
			}
		}
	}
	slices.SortFunc(found, CompareFakes)
	return found, nil
}

// CompareFakes orders pictures by step. That of InitFile comes before any other of step 0.
func CompareFakes(a, b FakesPicture) int {
	return cmp.Or(cmp.Compare(a.Step, b.Step), -cmp.Compare(a.Name, b.Name))
}
