package dataset

import (
	"cmp"
	"slices"
)

// maxKept is the number of problems of a kind that a report keeps. It only counts the others.
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

// sortProblems sorts the problems by line.
func (r *Report) sortProblems() {
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
}

// found is the number of all problems, including those that are only counted.
func (r *Report) found() int {
	n := 0
	for _, count := range r.Counts {
		n += count
	}
	return max(n, len(r.Problems))
}

// maxLeftOut is the number of skipped images that the notes name.
const maxLeftOut = 10

// skip notes the images that are left out.
func (r *Report) skip() {
	r.Skipped = true
	bad := r.bad()
	if bad == 0 || r.Err() != nil {
		return
	}
	named := 0
	for _, p := range r.Problems {
		if p.Kind != KindDuplicate && named < maxLeftOut {
			named++
			r.note("left out: %s: %s", p.where(), p.Detail)
		}
	}
	if bad > named {
		r.note("left out: %d more", bad-named)
	}
}

// bad is the number of problems that prevent a set.
func (r *Report) bad() int { return r.found() - r.Counts[KindDuplicate] }
