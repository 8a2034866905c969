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

	"gorgan/dataset/excerpt"
	"gorgan/dataset/raster"
)

// WriteTo writes the report as text: a line per fact, then a line per problem.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var text bytes.Buffer
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(name, format string, a ...any) {
		fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, a...))
	}
	line("source", "%s (%s)", excerpt.Printable(r.Source), r.Kind)
	if r.Form != "" {
		line("read as", "%s", r.Form)
	}
	line("images", "%d of %d", r.Images, r.Entries)
	if r.Images > 0 {
		line("size", "%v", r.Shape.Size)
	}
	if stored := r.stored(); stored != "" {
		line("stored", "%s", stored)
	}
	if r.Images > 0 {
		line("colours", "%s", map[int]string{1: "grey", raster.RGB: "red, green and blue"}[r.Shape.Channels])
		line("channels", "%s", tally(r.Channels, strconv.Itoa))
		line("values", "%d to %d", r.Least, r.Most)
	}
	line("classes", "%d", len(r.Classes))
	if len(r.Classes) > 0 {
		line("labels", "%s", tally(r.Classes, r.className))
		if small := r.smallClasses(); small != "" {
			line("small classes", "%s", small)
		}
	}
	line("unlabelled", "%d", r.Unlabelled)
	line("transparent", "%d", r.Alpha)
	line("turned", "%d", r.Turned)
	line("identical", "%d", r.Identical)
	if r.Fingerprint != "" {
		place := "decoded when asked for"
		if r.Cached {
			place = fmt.Sprintf("in memory, %.1f MB", float64(r.Images)*float64(r.Shape.Values())/1e6)
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
			if p.Line > 0 {
				fmt.Fprintf(t, "line %d\t", p.Line)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\n", p.Kind, excerpt.Of(p.Path), excerpt.Printable(p.Detail))
		}
		t.Flush()
		if r.Doubt != "" {
			fmt.Fprintf(&text, "\nthe images that are missing: %s\n", r.Doubt)
		}
		if more := r.found() - len(r.Problems); more > 0 {
			fmt.Fprintf(&text, "and %d more: of each kind the first %d are listed\n", more, maxKept)
		}
	}
	return text.WriteTo(w)
}

// few is the number of images below which a class is hard to learn.
const few = 10

// smallClasses says how many classes have few images.
func (r *Report) smallClasses() string {
	small, first := 0, -1
	for _, label := range slices.Sorted(maps.Keys(r.Classes)) {
		if r.Classes[label] < few {
			if small++; first < 0 {
				first = label
			}
		}
	}
	if small == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d have fewer than %d images, the first is %s with %d", small, len(r.Classes), few, r.className(first), r.Classes[first])
}

// stored says which sizes the files have, if that is not the size of the set.
func (r *Report) stored() string {
	switch {
	case r.Smallest == r.Largest && r.Smallest == r.Shape.Size, r.Largest == (raster.Size{}):
		return ""
	case r.Smallest == r.Largest:
		return r.Smallest.String()
	}
	return fmt.Sprintf("%v to %v", r.Smallest, r.Largest)
}

// maxTally is the largest number of counts that are written on one line.
const maxTally = 20

// tally writes counts by key, as in "0: 5923, 1: 6742". name writes a key. It summarises very many.
func tally(counts map[int]int, name func(int) string) string {
	keys := slices.Sorted(maps.Keys(counts))
	if len(keys) > maxTally {
		byCount := func(a, b int) int { return cmp.Compare(counts[a], counts[b]) }
		least, most := slices.MinFunc(keys, byCount), slices.MaxFunc(keys, byCount)
		return fmt.Sprintf("%s to %s, with %d images (%s) to %d (%s)", name(keys[0]), name(keys[len(keys)-1]), counts[least], name(least), counts[most], name(most))
	}
	parts := make([]string, len(keys))
	for k, key := range keys {
		parts[k] = fmt.Sprintf("%s: %d", name(key), counts[key])
	}
	return strings.Join(parts, ", ")
}
