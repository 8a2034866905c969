package dataset

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gorgan/dataset/excerpt"
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

// className is the name of a class, or its number.
func (r *Report) className(label int) string {
	if label < len(r.ClassNames) {
		return excerpt.Of(r.ClassNames[label])
	}
	return strconv.Itoa(label)
}

// noteDuplicates notes images that are listed or stored twice.
func (r *Report) noteDuplicates() {
	if n := r.Counts[KindDuplicate]; n > 0 {
		r.note("%s", images(n, "repeats an earlier one and counts again", "repeat earlier ones and count again"))
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
