package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gorgan/dataset/atomicfile"
)

// NumPy's array format, version 1.0, has a magic number, the version, the length of the header,
// a Python dict padded with blanks and a newline to a multiple of 64 bytes, and the values.
// Only matrices of little-endian floats are read, and float32 is written.
const npyMagic = "\x93NUMPY\x01\x00"

// writeNpyHeader writes the header of an array (rows, cols) of float32.
func writeNpyHeader(w io.Writer, rows, cols int) error {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, cols)
	start := len(npyMagic) + 2
	header += strings.Repeat(" ", 63-(start+len(header))%64) + "\n"
	text := binary.LittleEndian.AppendUint16([]byte(npyMagic), uint16(len(header)))
	_, err := w.Write(append(text, header...))
	return err
}

// writeNpyValues writes the next values of the array, row by row.
func writeNpyValues(w io.Writer, values []float32) error {
	text := make([]byte, 0, 4*len(values))
	for _, v := range values {
		text = binary.LittleEndian.AppendUint32(text, math.Float32bits(v))
	}
	_, err := w.Write(text)
	return err
}

var (
	npyDescr = regexp.MustCompile(`'descr': *'([^']*)'`)
	npyOrder = regexp.MustCompile(`'fortran_order': *(True|False)`)
	npyShape = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// readNpyFile reads a file with readNpy.
func readNpyFile(path string) (values []float32, rows, cols int, err error) {
	f, info, err := atomicfile.Open(path)
	if err != nil {
		return nil, 0, 0, err
	}
	defer f.Close()
	if values, rows, cols, err = readNpy(f, info.Size()); err != nil {
		return nil, 0, 0, fmt.Errorf("%s: %w", path, err)
	}
	return values, rows, cols, nil
}

// readNpy reads a row-major matrix of float32 or float64 from size bytes, as float32. It
// compares the shape with size before it allocates memory.
func readNpy(r io.Reader, size int64) (values []float32, rows, cols int, err error) {
	fail := func(format string, args ...any) ([]float32, int, int, error) {
		return nil, 0, 0, fmt.Errorf(format, args...)
	}
	start := make([]byte, len(npyMagic)+2)
	if _, err := io.ReadFull(r, start); err != nil || !bytes.HasPrefix(start, []byte(npyMagic)) {
		return fail("not a .npy file of version 1.0")
	}
	header := make([]byte, binary.LittleEndian.Uint16(start[len(npyMagic):]))
	if n, err := io.ReadFull(r, header); err != nil {
		return fail("the .npy header has %d bytes, %d are there", len(header), n)
	}
	size -= int64(len(start) + len(header))
	descr, order, shape := npyDescr.FindSubmatch(header), npyOrder.FindSubmatch(header), npyShape.FindSubmatch(header)
	if descr == nil || order == nil || shape == nil {
		return fail("the .npy header lacks descr, fortran_order or shape")
	}
	if string(order[1]) == "True" {
		return fail("the array is in Fortran order, want C order")
	}
	dims := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(shape[1]), " ", ""), ","), ",")
	if len(dims) != 2 {
		return fail("an array of shape (%s), want a matrix", shape[1])
	}
	rows, rowsErr := strconv.Atoi(dims[0])
	cols, colsErr := strconv.Atoi(dims[1])
	width := map[string]int64{"<f4": 4, "<f8": 8}[string(descr[1])]
	if width == 0 {
		return fail("an array of %s, want float32 or float64", descr[1])
	}
	// Division, because the product of the shape may overflow an int.
	if err := errors.Join(rowsErr, colsErr); err != nil || rows < 1 || cols < 1 ||
		size%width != 0 || size/width%int64(cols) != 0 || size/width/int64(cols) != int64(rows) {
		return fail("an array of shape (%s) and type %s, with %d bytes of values", shape[1], descr[1], size)
	}
	values = make([]float32, rows*cols)
	const piece = 1 << 16 // values that are converted at once
	text := make([]byte, min(piece, len(values))*int(width))
	for at := 0; at < len(values); at += piece {
		part := values[at:min(at+piece, len(values))]
		if _, err := io.ReadFull(r, text[:len(part)*int(width)]); err != nil {
			return fail("the file has changed while it was read: %w", err)
		}
		for i := range part {
			if width == 4 {
				part[i] = math.Float32frombits(binary.LittleEndian.Uint32(text[4*i:]))
			} else {
				part[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(text[8*i:])))
			}
		}
	}
	return values, rows, cols, nil
}
