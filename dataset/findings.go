package dataset

import (
	"cmp"
	"slices"
)

// maxKept is how many problems of a kind a report keeps; the others are only counted.
const maxKept = 1000

// find adds a problem to the report.
func (r *Report) find(p Problem) {
	if r.Counts == nil {
		r.Counts = map[string]int{}
	}
	if r.Counts[p.Kind]++; r.Counts[p.Kind] <= maxKept {
		r.Problems = append(r.Problems, p)
	}
}

// sortProblems brings the problems into the order of their lines.
func (r *Report) sortProblems() {
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}

// found is the number of problems, those that are only counted among them.
func (r *Report) found() int {
	n := 0
	for _, count := range r.Counts {
		n += count
	}
	return max(n, len(r.Problems))
}

// bad is the number of problems without which there would be a set.
func (r *Report) bad() int { return r.found() - r.Counts[KindDuplicate] }
