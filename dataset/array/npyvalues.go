package array

import (
	"context"
	"fmt"
	"math"

	"gorgan/dataset/raster"
)

// elements reads all values of an array as they lie in the file. give gets raw ones, of which the
// first is the array's at-th.
func (n *npyArray) elements(ctx context.Context, give func(raw []byte, at int64) error) error {
	width := n.dtype.width
	piece := make([]byte, min(n.count*width, chunkBytes))
	for at := int64(0); at < n.count; {
		if err := ctx.Err(); err != nil {
			return err
		}
		raw := piece[:min(int64(len(piece)), (n.count-at)*width)]
		if err := n.read(raw, n.total); err != nil {
			return err
		}
		if err := give(raw, at); err != nil {
			return err
		}
		at += int64(len(raw)) / width
	}
	return n.end()
}

// runs reads all values of an array. The raw values that give gets go to the places at, at+step, at+2·step
// and so on of the array in C order. If planes is true, the second axis is that of channels and becomes
// the last one.
func (n *npyArray) runs(ctx context.Context, planes bool, give func(raw []byte, at, step int) error) error {
	rows, width := n.dims[0], n.dtype.width
	row := n.count / rows // values
	area := row / raster.RGB
	return n.elements(ctx, func(raw []byte, at int64) error {
		for len(raw) > 0 {
			var to, step, length int64
			switch {
			case n.fortran:
				to, step, length = at%rows*row+n.place(at/rows, planes), row, rows-at%rows
			case planes:
				in := at % row
				to, step, length = at-in+in%area*raster.RGB+in/area, raster.RGB, area-in%area
			default:
				to, step, length = at, 1, int64(len(raw))
			}
			length = min(length, int64(len(raw))/width)
			if err := give(raw[:length*width], int(to), int(step)); err != nil {
				return err
			}
			raw, at = raw[length*width:], at+length
		}
		return nil
	})
}

// place is where the p-th value of a row in Fortran order goes.
func (n *npyArray) place(p int64, planes bool) int64 {
	axes := n.dims[1:]
	to, stride := int64(0), int64(1)
	for _, d := range axes {
		stride *= d
	}
	row := stride
	for _, d := range axes {
		stride /= d
		to += p % d * stride
		p /= d
	}
	if planes {
		area := row / raster.RGB
		return to%area*raster.RGB + to/area
	}
	return to
}

// index writes where the at-th value of the file is in the array: "(0,5,7)".
func (n *npyArray) index(at int64) string {
	index := make([]int64, len(n.dims))
	for i := range n.dims {
		axis := len(n.dims) - 1 - i
		if n.fortran {
			axis = i
		}
		index[axis] = at % n.dims[axis]
		at /= n.dims[axis]
	}
	return axesOf(index)
}

// A Matrix is an array of numbers in rows, one for each image or each noise.
type Matrix struct {
	Rows, Cols int
	Values     []float32 // row by row
	Dims       []int     // lengths of the axes of Values: Dims[0] is Rows, and the product of the others Cols
	Type       string    // of the values in the file, as NumPy names it: "float32", "uint8"
	Notes      []string  // a sentence for what was interpreted
}

// ReadNpy reads a .npy file of any order of bytes and axes, of float16, float32, float64, bool or integers,
// with two or more axes. Values stay as they are, apart from the rounding to float32. An array
// (N,3,H,W) is taken as images and turned into (N,H,W,3), which a note says. Errors name the file, and
// wrap [content.ErrFormat] if they are about what is in it.
func ReadNpy(path string) (Matrix, error) {
	n, err := openNpy(onDisk(path))
	if err != nil {
		return Matrix{}, err
	}
	defer n.Close()
	if n.Packed() {
		return Matrix{}, n.wrong("is in gzip, want a plain .npy file: gunzip it")
	}
	axes := axesOf(n.dims)
	if len(n.dims) < 2 {
		return Matrix{}, n.wrong("array of shape %s, want 2 or more axes, the first of rows", axes)
	}
	if n.count > math.MaxInt/4 {
		return Matrix{}, n.wrong("array of shape %s is more than a 32-bit system can hold", axes)
	}
	m := Matrix{Rows: int(n.dims[0]), Cols: int(n.count / n.dims[0]), Type: n.dtype.name, Values: make([]float32, n.count)}
	for _, d := range n.dims {
		m.Dims = append(m.Dims, int(d))
	}
	planes := len(m.Dims) == 4 && m.Dims[1] == raster.RGB && m.Dims[3] != 1 && m.Dims[3] != raster.RGB
	if planes {
		m.Notes = append(m.Notes, fmt.Sprintf("axes %s are taken as images, channels, height, width", axes))
		m.Dims = []int{m.Dims[0], m.Dims[2], m.Dims[3], m.Dims[1]}
	}
	value, width := n.dtype.reader(), int(n.dtype.width)
	err = n.runs(context.Background(), planes, func(raw []byte, at, step int) error {
		for ; len(raw) > 0; raw, at = raw[width:], at+step {
			m.Values[at] = float32(value(raw))
		}
		return nil
	})
	return m, err
}
