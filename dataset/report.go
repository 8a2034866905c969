package dataset

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

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
	Kind        string         `json:"kind"`    // "mnist", "idx" or "list"
	Images      int            `json:"images"`  // the good ones, including duplicates
	Entries     int            `json:"entries"` // all that are listed
	Size        raster.Size    `json:"size"`    // in the set; without one, the most common
	Classes     map[int]int    `json:"classes"` // number of images by label
	Unlabelled  int            `json:"unlabelled"`
	Channels    map[int]int    `json:"channels"`         // number of images by channels: 1 grey, 3 colour, 4 CMYK or with alpha
	Problems    []Problem      `json:"problems"`         // the first 1000 of each kind, in the order of the lines
	Counts      map[string]int `json:"counts,omitempty"` // number of all problems by kind
	Notes       []string       `json:"notes,omitempty"`  // a sentence for each thing that was ignored, replaced or is odd
	Identical   int            `json:"identical"`        // images with the same pixels as an earlier one
	Fingerprint string         `json:"fingerprint"`
	Cached      bool           `json:"cached"` // the pixels are kept in memory
}

// describe fills in what the complete set shows.
func (r *Report) describe(s *Set) {
	r.Images, r.Size, r.Fingerprint, r.Cached = s.Len(), s.shape.Size, s.fingerprint, s.pixels != nil
	r.Classes, r.Unlabelled = map[int]int{}, 0
	if r.Problems == nil {
		r.Problems = []Problem{}
	}
	for i := range s.Len() {
		r.count(s.labels.at(i))
	}
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

// Err is nil if the set can be trained on. Otherwise it is one error that counts the bad
// images, names the first and says how to see the rest.
func (r *Report) Err() error {
	bad := r.bad()
	if bad == 0 {
		return nil
	}
	verb := "are"
	if bad == 1 {
		verb = "is"
	}
	first := r.Problems[slices.IndexFunc(r.Problems, func(p Problem) bool { return p.Kind != KindDuplicate })]
	hint := ""
	if form := r.form(); form != "" {
		hint = "; " + form
	}
	return fmt.Errorf("dataset: %s: %d of %d images %s bad, first: line %d: %s: %s%s; see `gorgan data check %s`", r.Source,
		bad, r.Entries, verb, first.Line, printable(clip(first.Path)), first.Detail, hint, argument(r.Source))
}

// WriteTo writes the report as text: a line per fact, then a line per problem.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var text bytes.Buffer
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(name, format string, a ...any) {
		fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, a...))
	}
	line("source", "%s (%s)", printable(r.Source), r.Kind)
	line("images", "%d of %d", r.Images, r.Entries)
	line("size", "%v", r.Size)
	line("channels", "%s", tally(r.Channels))
	line("classes", "%d", len(r.Classes))
	if len(r.Classes) > 0 {
		line("labels", "%s", tally(r.Classes))
	}
	line("unlabelled", "%d", r.Unlabelled)
	line("identical", "%d", r.Identical)
	if r.Fingerprint != "" {
		place := "decoded when asked for"
		if r.Cached {
			place = fmt.Sprintf("in memory, %.1f MB", float64(r.Images)*float64(r.Size.Area())/1e6)
		}
		line("pixels", "%s", place)
		line("fingerprint", "%s", r.Fingerprint)
	}
	for _, note := range r.Notes {
		line("note", "%s", note)
	}
	line("problems", "%d", r.found())
	t.Flush()
	if !r.OK() {
		fmt.Fprintln(&text)
		for _, p := range r.Problems {
			fmt.Fprintf(t, "line %d\t%s\t%s\t%s\n", p.Line, p.Kind, printable(clip(p.Path)), printable(p.Detail))
		}
		t.Flush()
		if form := r.form(); form != "" {
			fmt.Fprintf(&text, "\nthe lines that name no file: %s\n", form)
		}
		if more := r.found() - len(r.Problems); more > 0 {
			fmt.Fprintf(&text, "and %d more: of each kind the first %d are listed\n", more, maxKept)
		}
	}
	return text.WriteTo(w)
}

// maxTally is the largest number of counts that are written on one line.
const maxTally = 20

// tally writes counts by key, as in "0: 5923, 1: 6742". It summarises very many.
func tally(counts map[int]int) string {
	keys := slices.Sorted(maps.Keys(counts))
	if len(keys) > maxTally {
		byCount := func(a, b int) int { return cmp.Compare(counts[a], counts[b]) }
		least, most := slices.MinFunc(keys, byCount), slices.MaxFunc(keys, byCount)
		return fmt.Sprintf("%d to %d, with %d images (%d) to %d (%d)", keys[0], keys[len(keys)-1], counts[least], least, counts[most], most)
	}
	parts := make([]string, len(keys))
	for k, key := range keys {
		parts[k] = fmt.Sprintf("%d: %d", key, counts[key])
	}
	return strings.Join(parts, ", ")
}

// printable quotes text that would disturb a terminal or a table.
func printable(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }) {
		return strconv.Quote(text)
	}
	return text
}

// clip shortens text from a file to about 80 characters. It keeps the end, because the end of a
// path says most.
func clip(text string) string {
	const most, half = 80, 39
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	letters := []rune(text)
	return string(letters[:half]) + "…" + string(letters[len(letters)-half:])
}

// argument quotes a path for a POSIX shell if that is necessary.
func argument(path string) string {
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_@%+=:,./-", c)
	}
	if path != "" && !strings.ContainsFunc(path, func(c rune) bool { return !plain(c) }) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
