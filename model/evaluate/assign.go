package evaluate

import "slices"

// assign matches each row of counts with at most one column, and each column with at most one row, so that the sum of the
// matched counts is the largest possible. It returns the column of each row, or -1. All rows have the same length.
//
// It is the Hungarian method with potentials: Kuhn, "The Hungarian method for the assignment problem" (1955), one row
// after the other by the cheapest augmenting path. It takes time in proportion to the cube of the larger side.
func assign(counts [][]int) []int {
	if len(counts) == 0 {
		return nil
	}
	n := max(len(counts), len(counts[0])) // rows and columns of zeros make it a square
	cost := func(row, column int) int {
		if row < len(counts) && column < len(counts[0]) {
			return -counts[row][column]
		}
		return 0
	}
	const endless = int(^uint(0)>>1) / 2
	ofRow, ofColumn := make([]int, n), make([]int, n+1)
	rowAt := slices.Repeat([]int{-1}, n+1) // the row that a column is matched with; column n stands for the row under way
	for row := range n {
		rowAt[n] = row
		least, before, done := slices.Repeat([]int{endless}, n), make([]int, n), make([]bool, n+1)
		column := n
		for rowAt[column] >= 0 { // until a column is free
			done[column] = true
			r, next, step := rowAt[column], -1, endless
			for c := range n {
				if done[c] {
					continue
				}
				if reduced := cost(r, c) - ofRow[r] - ofColumn[c]; reduced < least[c] {
					least[c], before[c] = reduced, column
				}
				if least[c] < step {
					step, next = least[c], c
				}
			}
			for c := range n + 1 {
				switch {
				case done[c]:
					ofRow[rowAt[c]] += step
					ofColumn[c] -= step
				case c < n:
					least[c] -= step
				}
			}
			column = next
		}
		for column != n { // the path back to the row under way
			rowAt[column] = rowAt[before[column]]
			column = before[column]
		}
	}
	matched := slices.Repeat([]int{-1}, len(counts))
	for column := range len(counts[0]) {
		if row := rowAt[column]; row < len(counts) {
			matched[row] = column
		}
	}
	return matched
}
