package dataset

import (
	"fmt"
	"slices"

	"gorgan/dataset/excerpt"
	"gorgan/dataset/raster"
)

// The kinds of [Problem]. Only duplicates leave a set that can be trained on.
const (
	KindMissing    = "missing"    // there is no such file
	KindUnreadable = "unreadable" // the file is not permitted, not an image, or broken
	KindTruncated  = "truncated"  // the image ends before it is complete
	KindWrongSize  = "wrong size" // most images have another size
	KindBadLabel   = "bad label"  // not a whole number of 0 or more
	KindDuplicate  = "duplicate"  // the path or the pixels of an earlier line
)

// Problem is what is wrong with one entry of a list.
type Problem struct {
	Line   int    `json:"line"` // from 1; 0 when not from a list
	Path   string `json:"path"` // as written in the list
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

// Report is what [Open] found. The counts of classes, channels and unlabelled images count
// the good images. If there is no set, Fingerprint is empty and Cached is false.
type Report struct {
	Source      string         `json:"source"`
	Kind        string         `json:"kind"`                  // "mnist", "idx", "npy", "folder", "zip", "list", …
	Form        string         `json:"form,omitempty"`        // of a list: what its text is read as, such as "lines of `path label`"
	Images      int            `json:"images"`                // the good ones, including duplicates
	Entries     int            `json:"entries"`               // all that are listed
	Shape       raster.Shape   `json:"shape"`                 // of the set's images
	Classes     map[int]int    `json:"classes"`               // number of images by label
	ClassNames  []string       `json:"class_names,omitempty"` // of the labels from 0 on, if they have names
	Unlabelled  int            `json:"unlabelled"`
	Channels    map[int]int    `json:"channels"`         // number of images by channels: 1 grey, 3 colour, 4 CMYK or with alpha
	Problems    []Problem      `json:"problems"`         // the first 1000 of each kind, in the order of the lines
	Counts      map[string]int `json:"counts,omitempty"` // number of all problems by kind
	Notes       []string       `json:"notes,omitempty"`  // a sentence for each thing that was ignored, replaced or is odd
	Identical   int            `json:"identical"`        // images with the same pixels as an earlier one
	Alpha       int            `json:"alpha"`            // images that are transparent in places
	Turned      int            `json:"turned"`           // images that were turned as their EXIF orientation says
	Smallest    raster.Size    `json:"smallest"`         // of the stored images, by area
	Largest     raster.Size    `json:"largest"`
	Least       uint8          `json:"least"`             // smallest value of all images, of 255
	Most        uint8          `json:"most"`              // largest value
	Splits      bool           `json:"splits"`            // the source has images for training and images for tests
	Doubt       string         `json:"doubt,omitempty"`   // another way to read the list, of which most images are missing
	Skipped     bool           `json:"skipped,omitempty"` // bad images were left out: see Options.Skip
	Fingerprint string         `json:"fingerprint"`
	Cached      bool           `json:"cached"` // the pixels are kept in memory
}

// describe fills in what the complete set shows.
func (r *Report) describe(s *Set) {
	r.Images, r.Shape, r.Fingerprint, r.Cached = s.Len(), s.shape, s.fingerprint, s.pixels != nil
	r.Classes, r.Unlabelled = map[int]int{}, 0
	for i := range s.Len() {
		r.count(s.labels.at(i))
	}
}

// newReport returns the report of a source before it is read.
func newReport(source string) *Report {
	return &Report{Source: source, Classes: map[int]int{}, Channels: map[int]int{}, Problems: []Problem{}}
}

func (r *Report) count(label int) {
	if label < 0 {
		r.Unlabelled++
	} else {
		r.Classes[label]++
	}
}

// OK reports that there is no problem, not even a duplicate.
func (r *Report) OK() bool { return r.found() == 0 }

// mostSkipped is the divisor for the part of the images that may be left out.
const mostSkipped = 10

// Err is nil if the set can be trained on. Otherwise it is one error that counts the bad
// images, names the first and says how to see the rest.
func (r *Report) Err() error {
	bad := r.bad()
	if bad == 0 || r.Skipped && bad*mostSkipped <= r.Entries {
		return nil
	}
	verb, limit, skip := "are", "", ""
	if bad == 1 {
		verb = "is"
	}
	if r.Skipped {
		limit = ", more than the tenth that may be left out"
	} else if bad*mostSkipped <= r.Entries {
		skip = ", or leave the bad ones out with --on-error skip"
	}
	doubt := ""
	if r.Doubt != "" {
		doubt = "; " + r.Doubt
	}
	first := r.Problems[slices.IndexFunc(r.Problems, func(p Problem) bool { return p.Kind != KindDuplicate })]
	return fmt.Errorf("dataset: %s: %d of %d images %s bad%s, first: %s: %s%s; see `gorgan data check %s`%s", r.Source,
		bad, r.Entries, verb, limit, first.where(), first.Detail, doubt, excerpt.ShellWord(r.Source), skip)
}

// where names the entry: its line in a list, and its path.
func (p Problem) where() string {
	path := excerpt.Of(p.Path)
	switch {
	case p.Line == 0:
		return path
	case p.Path == "":
		return fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("line %d: %s", p.Line, path)
}
