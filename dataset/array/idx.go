package array

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"

	"gorgan/dataset/content"
)

// The IDX format, after Y. LeCun, "The MNIST database of handwritten digits": a big-endian
// magic number of two zero bytes, the type of the values and the number of dimensions; the length
// of each dimension in 4 bytes; the values, big-endian.
const (
	idxBytes  = 0x08
	idxInts   = 0x0c
	idxImages = 0x0803 // magic numbers
	idxLabels = 0x0801
)

// idxWidths are the types of values and the bytes of a value.
var idxWidths = map[byte]int64{idxBytes: 1, 0x09: 1, 0x0b: 2, idxInts: 4, 0x0d: 4, 0x0e: 8}

// isIDX reports whether a file with these first bytes is an IDX file.
func isIDX(head []byte) bool {
	return len(head) >= 4 && head[0] == 0 && head[1] == 0 && idxWidths[head[2]] > 0 && head[3] >= 1 && head[3] <= 4
}

// idxHeader reads the type of the values and the lengths of the dimensions. want is the magic
// number of the usual file in this place.
func (u *unpacked) idxHeader(want uint32, fits func(kind byte, dims int) bool) (kind byte, dims []int64, err error) {
	raw := make([]byte, 4)
	if err := u.read(raw, 4+4*int64(want&0xff)); err != nil {
		return 0, nil, err
	}
	if kind = raw[2]; !isIDX(raw) || !fits(kind, int(raw[3])) {
		rest, _ := u.Peek(508)
		if name := content.Name(append(raw[:4:4], rest...)); name != "" {
			return 0, nil, fmt.Errorf("%s: is %s, want an IDX file: %w", u.name, name, content.ErrFormat)
		}
		got := binary.BigEndian.Uint32(raw)
		return 0, nil, fmt.Errorf("%s: offset 0: magic number is 0x%08x%s, want 0x%08x%s: %w",
			u.name, got, magicName(got), want, magicName(want), content.ErrFormat)
	}
	lengths := make([]byte, 4*int(raw[3]))
	if err := u.read(lengths, 4+int64(len(lengths))); err != nil {
		return 0, nil, err
	}
	for d := 0; d < len(lengths); d += 4 {
		dims = append(dims, int64(binary.BigEndian.Uint32(lengths[d:])))
	}
	if dims[0] == 0 {
		return 0, nil, fmt.Errorf("%s: offset 4: count is %d, want 1 or more: %w", u.name, dims[0], content.ErrFormat)
	}
	return kind, dims, nil
}

func magicName(magic uint32) string {
	switch {
	case magic == idxImages || magic == idxImages+1:
		return " (images)"
	case magic == idxLabels || magic == 0x0c02:
		return " (labels)"
	case magic>>8 != idxBytes && idxWidths[byte(magic>>8)] > 0 && magic>>16 == 0:
		return " (an IDX file of other values than bytes)"
	}
	return ""
}

// idxLayout reads the header of an image file and checks it against the file's length.
func (u *unpacked) idxLayout() (layout, error) {
	_, dims, err := u.idxHeader(idxImages, func(kind byte, dims int) bool { return kind == idxBytes && dims >= 3 })
	if err != nil {
		return layout{}, err
	}
	for _, d := range dims[1:] {
		if d == 0 {
			return layout{}, fmt.Errorf("%s: offset 8: image size is %s, want at least 1x1: %w", u.name, sides(dims[1:]), content.ErrFormat)
		}
	}
	l, err := layoutOf(dims)
	if err != nil {
		return layout{}, fmt.Errorf("%s: offset 8: %w", u.name, err)
	}
	if err := u.holds(u.offset+l.values(), fmt.Sprintf("offset 4: header says %d images of %v", l.count, l.shape)); err != nil {
		return layout{}, err
	}
	return l, nil
}

// sides writes the sides of an image: "28x28".
func sides(dims []int64) string {
	text := fmt.Sprint(dims[0])
	for _, d := range dims[1:] {
		text += fmt.Sprintf("x%d", d)
	}
	return text
}

// OpenIDX opens an IDX file of images and, unless nil, the file of their labels. Both can be in
// gzip. Errors about what is in them wrap [content.ErrFormat].
func OpenIDX(ctx context.Context, images File, labels *File, o Options) (*Images, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	u, err := unpack(images)
	if err != nil {
		return nil, err
	}
	defer u.Close()
	l, err := u.idxLayout()
	if err != nil {
		return nil, err
	}
	a := &Images{Kind: KindIDX, Shape: l.shape, Count: l.count, record: l.record()}
	if l.note != "" {
		a.note("%s", l.note)
	}
	if strings.Contains(strings.ToLower(filepath.Base(images.Name)), "emnist") {
		// The letters lie on their side, mirrored: G. Cohen et al., "EMNIST: extending MNIST to handwritten
		// letters" (2017), whose files come from MATLAB.
		a.note("EMNIST's files have the rows of an image as columns, and they are read as they are")
	}
	extra := int64(0)
	if labels != nil {
		extra = 4 * int64(l.count)
	}
	kept, err := a.place(o, u.name, extra, u.exact(), "gunzip the file")
	if err != nil {
		return nil, err
	}
	if labels != nil {
		if err := o.checkLabels(labels.Name, l.count); err != nil {
			return nil, err
		}
		if err := a.readIDXLabels(ctx, *labels); err != nil {
			return nil, err
		}
	}
	if err := a.fill(ctx, []filed{{u, l.count, u.offset + l.values()}}, kept, o); err != nil {
		return nil, err
	}
	return a, nil
}

// maxColumns is the largest number of columns of a labels file. QMNIST has 8, the first of which
// is the class.
const maxColumns = 64

// readIDXLabels reads a file of labels: one for each image, or a row for each that begins with the
// label.
func (a *Images) readIDXLabels(ctx context.Context, f File) error {
	u, err := unpack(f)
	if err != nil {
		return err
	}
	defer u.Close()
	kind, dims, err := u.idxHeader(idxLabels, func(kind byte, dims int) bool {
		return (kind == idxBytes || kind == idxInts) && dims <= 2
	})
	if err != nil {
		return err
	}
	if dims[0] != int64(a.Count) {
		return fmt.Errorf("%s: offset 4: count is %d labels, want %d, one per image: %w", f.Name, dims[0], a.Count, content.ErrFormat)
	}
	columns := int64(1)
	if len(dims) == 2 {
		if columns = dims[1]; columns < 1 || columns > maxColumns {
			return fmt.Errorf("%s: offset 8: %d columns, want 1 to %d, the first with the class: %w", f.Name, columns, maxColumns, content.ErrFormat)
		}
	}
	row, start := columns*idxWidths[kind], u.offset
	want := start + dims[0]*row
	if err := u.proven(ctx, want); err != nil {
		return err
	}
	labels, raw := make([]int32, a.Count), make([]byte, row)
	for i := range labels {
		if err := u.read(raw, want); err != nil {
			return err
		}
		if labels[i] = int32(raw[0]); kind == idxInts {
			labels[i] = int32(binary.BigEndian.Uint32(raw))
		}
		if labels[i] < 0 {
			return fmt.Errorf("%s: offset %d: label is %d, want 0 or more: %w", f.Name, start+int64(i)*row, labels[i], content.ErrFormat)
		}
	}
	if columns > 1 {
		a.note("of the %d columns of %s the first is used, the class", columns, base(f.Name))
	}
	a.Labels = labels
	return u.end()
}
