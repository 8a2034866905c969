package dataset

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// note adds a sentence to the report's notes.
func (r *Report) note(format string, a ...any) { r.Notes = append(r.Notes, fmt.Sprintf(format, a...)) }

// images writes a number of images, as the subject of a sentence.
func images(n int, one, many string) string {
	if n == 1 {
		return "1 image " + one
	}
	return fmt.Sprintf("%d images %s", n, many)
}

// noteBlank notes blank images.
func (r *Report) noteBlank(blank int, all shades) {
	switch {
	case all.any && !all.shows():
		r.note("all images are nearly the same single value (%d to %d of 255): there is nothing to learn from them", all.least, all.most)
	case blank > 0:
		r.note("%s all over nearly a single value", images(blank, "is", "are"))
	}
}

// noteClasses notes labels from 0 to the largest that no image has.
func (r *Report) noteClasses() {
	if len(r.Classes) == 0 {
		return
	}
	const most = 10
	largest := slices.Max(slices.Collect(maps.Keys(r.Classes)))
	without := largest + 1 - len(r.Classes)
	if without == 0 {
		return
	}
	var labels []string
	for label := 0; len(labels) < min(without, most); label++ {
		if r.Classes[label] == 0 {
			labels = append(labels, fmt.Sprint(label))
		}
	}
	if without > most {
		labels = append(labels, "…")
	}
	r.note("labels go from 0 to %d, but no image has the label %s", largest, strings.Join(labels, ", "))
}

// noteDuplicates notes lines of a list that repeat an earlier image.
func (r *Report) noteDuplicates() {
	if n := r.Counts[KindDuplicate]; n > 0 {
		r.note("%s in the list again, and counts each time: see `gorgan data check %s`", images(n, "is", "are"), argument(r.Source))
	}
}

// looks counts what the images of a list have that the set ignores, and blank images.
type looks struct {
	coloured, clear, turned int
	blank                   int
	shades                  shades
}

// add takes the next image.
func (l *looks) add(d decoded) {
	for _, c := range []struct {
		is    bool
		count *int
	}{{d.coloured, &l.coloured}, {d.clear, &l.clear}, {d.turned, &l.turned}} {
		if c.is {
			*c.count++
		}
	}
	shades := shadesOf(d.grey.Pix)
	if len(d.grey.Pix) > 1 && !shades.shows() {
		l.blank++
	}
	l.shades = l.shades.and(shades)
}

// tell adds the notes to the report.
func (l *looks) tell(r *Report) {
	if l.coloured > 0 {
		r.note("%s in colour and %s grey", images(l.coloured, "is", "are"), plural(l.coloured, "becomes", "become"))
	}
	if l.clear > 0 {
		r.note("%s transparent in places, which is ignored: the colours stored there are used", images(l.clear, "is", "are"))
	}
	if l.turned > 0 {
		r.note("%s to be turned as %s EXIF orientation says, which is not done: turn %s first",
			images(l.turned, "is", "are"), plural(l.turned, "its", "their"), plural(l.turned, "it", "them"))
	}
	r.noteBlank(l.blank, l.shades)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
