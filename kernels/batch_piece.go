package kernels

// BatchPiece is a piece of work on a batch: some neighbouring columns of all rows of a group.
type BatchPiece struct {
	Cols   int // BatchColumns or fewer
	Rows   int
	First  int // the element of the first column in the group's first row
	Stride int // from row to row
	Stats  int // the element of the first column in statistics
}

// BatchPieceOf returns a piece for the sizes n of a kernel of batch normalisation. item is below the
// number of items that Kernel.Items returns.
func BatchPieceOf(n []int, item int) BatchPiece {
	rows, cols := n[1], n[2]
	across := (cols + BatchColumns - 1) / BatchColumns
	group, col := item/across, item%across*BatchColumns
	return BatchPiece{min(BatchColumns, cols-col), rows, group*rows*cols + col, cols, group*cols + col}
}

// End returns the element of the first column in the row after the group's last one.
func (p BatchPiece) End() int { return p.First + p.Rows*p.Stride }
