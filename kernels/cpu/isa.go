package cpu

import "gorgan/kernels"

// isa is an instruction set, and the code that uses it.
type isa struct {
	name         string
	lanes        int           // columns of a narrow tile; a wide tile has nr, twice as many
	wide, narrow []microKernel // by the number of rows of a tile, 1 to mr
	packing      packingKernel // for a wide tile of mr rows
	sparse       *sparse       // nil if steps cannot be skipped
	// transpose writes the first 4n columns of lanes rows of src as rows of dst.
	transpose func(n int, src *float32, sstride int, dst *float32, dstride int)
	copyRows  rowsKernel
	sumRows   func(rows, n int, dst *float32, dstride int, src **float32, sstride, sources int) // sources rows for one of dst
	winograd  [2]winograd                                                                       // of 2 and 3 taps
	bodies    map[string]kernels.Body                                                           // by the kernel's name; other kernels run their F32
}

// microKernel adds a product over k to a tile of dst, n columns wide. It starts from the
// elements of dst if add is set, and from 0 if not. ars and aks are the strides between the
// rows and the columns of a, bks and cs those between the rows of b and of dst, in elements.
type microKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, n int, add bool)

// packingKernel is a wide tile's microKernel that also copies the rows of b it reads to
// packed, one after the other.
type packingKernel func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, packed *float32, add bool)

// rowsKernel copies rows of n elements. The rows are sstride and
// dstride elements apart.
type rowsKernel func(rows, n int, dst *float32, dstride int, src *float32, sstride int)

// tileSize returns the size of the largest tile, mr rows by nr columns.
func (l *isa) tileSize() (mr, nr int) { return len(l.wide) - 1, 2 * l.lanes }
