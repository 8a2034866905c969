package array

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"time"
)

// NpzWriter writes a .npz file, array by array. It does not compress, as numpy.savez does not. The
// same arrays make the same bytes.
type NpzWriter struct{ to *zip.Writer }

// NewNpzWriter returns a writer of a .npz file. The caller must call Close, which does not close w.
func NewNpzWriter(w io.Writer) NpzWriter { return NpzWriter{zip.NewWriter(w)} }

// Uint8 begins an array of bytes, in C order. dims are the lengths of its axes. The caller writes the values to the
// writer that it returns, before the next array.
func (n NpzWriter) Uint8(name string, dims ...int) (io.Writer, error) {
	return n.begin(name, "|u1", dims)
}

// Int64 writes an array of one axis.
func (n NpzWriter) Int64(name string, values []int64) error {
	w, err := n.begin(name, "<i8", []int{len(values)})
	if err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, values)
}

func (n NpzWriter) begin(name, descr string, dims []int) (io.Writer, error) {
	// The first day that a zip can name.
	w, err := n.to.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return nil, err
	}
	return w, writeNpyHeader(w, descr, dims)
}

// Close writes the list of arrays, which ends the file.
func (n NpzWriter) Close() error { return n.to.Close() }
