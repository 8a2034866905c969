package array

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gorgan/dataset/excerpt"
	"gorgan/dataset/packed"
)

// A CSV of pixels has a row for each image, of the values of its pixels from 0 to 255 and perhaps its label, as
// in Kaggle's train.csv of digits.

// maxTableColumns is the largest number of columns.
const maxTableColumns = 1 << 20

// table is a CSV of pixels, of which the first line was read.
type table struct {
	*unpacked
	separator byte
	columns   int
	names     []string // of the columns; nil without a header
	skip      []bool   // columns that are not read
	label     int      // the column of labels; -1 without
	line      int      // of the first row of values, from 1
	rest      io.Reader
}

// openCSV opens a CSV of pixels. It reads the file twice: to count and check the rows, and for the values.
func openCSV(ctx context.Context, path string, o Options) (*Images, error) {
	t, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	count, edges, err := t.survey(ctx)
	if err != nil {
		return nil, err
	}
	if count == 0 {
		return nil, t.wrong("has no rows, want one for each image")
	}
	a := &Images{Kind: KindCSV}
	l, err := t.layout(a, count, edges)
	if err != nil {
		return nil, err
	}
	a.Count, a.Shape = l.count, l.shape
	extra := int64(0)
	if t.label >= 0 {
		extra = 4 * int64(count)
	}
	if _, err := a.place(o, path, extra, false, "save it as .npy"); err != nil {
		return nil, err
	}
	a.pixels = make([]byte, 0, l.values())
	if t.label >= 0 {
		a.Labels = make([]int32, 0, count)
	}
	again, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer again.Close()
	again.skip = t.skip
	err = again.rows(ctx, func(row []int32, line int) error {
		for column, v := range row {
			switch {
			case column == t.label:
				a.Labels = append(a.Labels, v)
			case t.skip[column]:
			case v > 255:
				return t.wrong("line %d, column %d: value is %d, want 0 to 255", line, column+1, v)
			case len(a.pixels) == cap(a.pixels):
				return t.wrong("line %d: the file has changed while it was read", line)
			default:
				a.pixels = append(a.pixels, byte(v))
			}
		}
		o.Progress(len(a.pixels)/l.shape.Values(), count)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(a.pixels) < cap(a.pixels) {
		return nil, t.wrong("the file has changed while it was read")
	}
	return a, nil
}

// openTable opens a CSV of pixels and reads its first line.
func openTable(path string) (*table, error) {
	u, err := unpack(onDisk(path))
	if err != nil {
		return nil, err
	}
	t := &table{unpacked: u, label: -1, line: 1}
	if err := t.start(); err != nil {
		u.Close()
		return nil, err
	}
	return t, nil
}

func (t *table) start() error {
	first, err := firstLine(t.Reader)
	if err != nil {
		return t.failed(err)
	}
	text := strings.TrimRight(strings.TrimPrefix(string(first), "\ufeff"), "\r\n")
	for _, s := range ",;\t" {
		if t.separator == 0 && strings.ContainsRune(text, s) {
			t.separator = byte(s)
		}
	}
	if t.separator == 0 {
		return t.wrong("line 1: want the values of pixels with commas, semicolons or tabs between them")
	}
	names := strings.Split(text, string(t.separator))
	if t.columns = len(names); t.columns > maxTableColumns {
		return t.wrong("line 1: %d columns, want at most %d", t.columns, maxTableColumns)
	}
	t.skip = make([]bool, t.columns)
	numbered, header := len(names) > 2, false
	for i, name := range names {
		names[i] = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"`))
		_, err := strconv.ParseFloat(names[i], 64)
		header = header || err != nil
		numbered = numbered && names[i] == strconv.Itoa(i)
	}
	if header || numbered {
		t.names, t.rest = names, t.Reader
		if bytes.HasSuffix(first, []byte("\n")) || bytes.HasSuffix(first, []byte("\r")) {
			t.line++
		}
		return nil
	}
	t.rest = io.MultiReader(bytes.NewReader([]byte(text+string(first[len(bytes.TrimRight(first, "\r\n")):]))), t.Reader)
	return nil
}

// firstLine reads a line with its end: LF, CR LF or CR.
func firstLine(r *packed.Reader) (line []byte, err error) {
	const longest = 16 * maxTableColumns
	for len(line) < longest {
		b, err := r.ReadByte()
		if err == io.EOF {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
		line = append(line, b)
		if next, _ := r.Peek(1); b == '\n' || b == '\r' && string(next) != "\n" {
			return line, nil
		}
	}
	return nil, fmt.Errorf("line 1 is longer than %d bytes", longest)
}

// survey reads all rows. It returns their number, and what there is in the first and the last column.
func (t *table) survey(ctx context.Context) (count int, edges [2]map[int32]bool, err error) {
	for column, name := range t.names {
		if slices.Contains([]string{"id", "index", "image_id", "imageid", "unnamed: 0", ""}, name) {
			t.skip[column] = true
		}
	}
	edges = [2]map[int32]bool{{}, {}}
	err = t.rows(ctx, func(row []int32, _ int) error {
		count++
		for side, v := range []int32{row[0], row[len(row)-1]} {
			const most = 4096
			if len(edges[side]) < most {
				edges[side][v] = true
			}
		}
		return nil
	})
	return count, edges, err
}

// layout finds the column of labels, and how the other columns make an image.
func (t *table) layout(a *Images, count int, edges [2]map[int32]bool) (layout, error) {
	values := t.columns
	for column, skip := range t.skip {
		if skip {
			values--
			a.note("column %d, %s, is not used", column+1, excerpt.Quoted(t.names[column]))
		}
	}
	for column, name := range t.names {
		if slices.Contains([]string{"label", "labels", "class", "y", "target", "digit"}, name) && t.label < 0 {
			t.label = column
		}
	}
	guess := func() (layout, error) { return layoutOf([]int64{int64(count), int64(values)}) }
	if t.label >= 0 {
		values--
		l, err := guess()
		if err != nil {
			return l, t.wrong("line 1: %d columns of pixels, want as many as a square has pixels, or 3 times as many", values)
		}
		a.note("%s", l.note)
		return l, nil
	}
	l, err := guess()
	if err == nil {
		a.note("%s, and no column as labels", l.note)
		return l, nil
	}
	values--
	if l, err = guess(); err != nil {
		return l, t.wrong("line 1: %d columns, want as many as a square has pixels, or 3 times as many, and perhaps one more for the label", t.columns)
	}
	// Labels are of fewer kinds than pixels are, apart from pixels at the edge that are always the same.
	first, last := len(edges[0]), len(edges[1])
	which := "first"
	if t.label = 0; last > 1 && (first == 1 || last < first) {
		t.label, which = t.columns-1, "last"
	}
	a.note("%s, and the %s column as labels", l.note, which)
	return l, nil
}
