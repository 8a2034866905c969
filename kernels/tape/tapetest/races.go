package tapetest

import (
	"fmt"
	"slices"

	"gorgan/kernels/tape"
)

// Races follows the calls of a step through memory. For each piece of memory it keeps the last call
// that wrote it, and the calls that have read or marked it since. A race is a read of a piece whose
// last writer or marker has no path to the reader in g, a mark whose last writer or reader has none to
// the marker, or a write whose last writer, reader or marker has none to the writer. It returns an error for the first race, nil if there is none.
//
// The calls run in their order, but a race is found in any order: two calls that g does not order meet
// in one of the pieces.
func Races(calls []tape.Call, g *tape.Graph) error {
	pieces := piecesOf(calls)
	race := func(what string, j, i int, other string) error {
		return fmt.Errorf("tapetest: call %d %v %s what call %d %v %s, and no path leads from the one to the other", j+1, calls[j], what, i+1, calls[i], other)
	}
	writer, readers, markers := make([][]int, len(pieces)), make([][]int, len(pieces)), make([][]int, len(pieces))
	for j, c := range calls {
		for _, use := range []struct {
			spans []tape.Span
			what  string
			after map[string][][]int // calls that must have a path to j, by what they do
		}{
			{c.Reads(), "reads", map[string][][]int{"writes": writer, "marks": markers}},
			{c.Marks(), "marks", map[string][][]int{"writes": writer, "reads": readers}},
			{c.Writes(), "writes", map[string][][]int{"writes": writer, "reads": readers, "marks": markers}},
		} {
			for p := range within(pieces, use.spans) {
				for _, other := range []string{"writes", "reads", "marks"} {
					if others := use.after[other]; others != nil {
						for _, i := range others[p] {
							if i != j && !g.Path(i, j) {
								return race(use.what, j, i, other)
							}
						}
					}
				}
				switch use.what {
				case "reads":
					readers[p] = append(readers[p], j)
				case "marks":
					markers[p] = append(markers[p], j)
				default:
					writer[p], readers[p], markers[p] = []int{j}, nil, nil
				}
			}
		}
	}
	return nil
}

// piecesOf cuts memory at each end of each span of the calls. It returns where the pieces begin. A
// span has a piece whole or not at all.
func piecesOf(calls []tape.Call) (begins []uintptr) {
	for _, c := range calls {
		for _, s := range slices.Concat(c.Reads(), c.Writes(), c.Marks()) {
			begins = append(begins, s.Lo, s.Hi)
		}
	}
	slices.Sort(begins)
	return slices.Compact(begins)
}

// within yields the numbers of the pieces in spans.
func within(begins []uintptr, spans []tape.Span) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for _, s := range spans {
			p, _ := slices.BinarySearch(begins, s.Lo)
			for ; begins[p] < s.Hi; p++ {
				if !yield(p) {
					return
				}
			}
		}
	}
}
