package array

import (
	"bytes"
	"context"
	"io"
	"math"
	"strconv"
	"strings"

	"gorgan/dataset/excerpt"
)

// row gathers the values of a row.
type row struct {
	values []int32
	value  int32  // the digits of the field so far
	digits int    // their number
	text   []byte // the field so far, if it has more than digits
}

// rows reads the rows of values. give gets each with the number of its line. Fields are whole numbers of 0 or
// more; those of columns that are skipped can be anything, and count as 0.
func (t *table) rows(ctx context.Context, give func(values []int32, line int) error) error {
	buffer := make([]byte, chunkBytes)
	var r row
	cr := false // the last byte was a CR, which ended the line
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, ended := t.rest.Read(buffer)
		for at := 0; at < n; at++ {
			at += r.plain(buffer[at:n], t.separator, t.columns)
			if at == n {
				break
			}
			c, err := buffer[at], error(nil)
			if cr = cr && c == '\n'; cr {
				cr = false
				continue
			}
			switch c {
			case t.separator:
				err = t.field(&r)
			case '\n', '\r':
				err = t.endRow(&r, give)
				cr = c == '\r'
			default:
				err = t.letter(&r, c)
			}
			if err != nil {
				return err
			}
		}
		t.offset += int64(n)
		if ended == io.EOF {
			return t.endRow(&r, give)
		}
		if ended != nil {
			return t.failed(ended)
		}
	}
}

// plain reads fields of a few digits, as nearly all are, and returns how many bytes it took.
func (r *row) plain(text []byte, separator byte, columns int) int {
	if r.text != nil {
		return 0
	}
	const most = 9 // digits that fit an int32
	value, digits, values := r.value, r.digits, r.values
	at := 0
	for ; at < len(text); at++ {
		c := text[at]
		if digit := c - '0'; digit <= 9 && digits < most {
			value = 10*value + int32(digit)
			digits++
		} else if c == separator && digits > 0 && len(values) < columns {
			values = append(values, value)
			value, digits = 0, 0
		} else {
			break
		}
	}
	r.value, r.digits, r.values = value, digits, values
	return at
}

// letter takes a byte of a field that has more than a few digits.
func (t *table) letter(r *row, c byte) error {
	if r.text == nil {
		r.text = make([]byte, 0, 32)
		if r.digits > 0 {
			r.text = strconv.AppendInt(r.text, int64(r.value), 10)
		}
	}
	const longest = 4096
	if r.text = append(r.text, c); len(r.text) > longest {
		return t.wrong("line %d, column %d: value is longer than %d bytes", t.line, len(r.values)+1, longest)
	}
	return nil
}

// field ends a field.
func (t *table) field(r *row) error {
	column := len(r.values)
	if column == t.columns {
		return t.wrong("line %d: has more values than the %d of line 1", t.line, t.columns)
	}
	v := r.value
	if r.text != nil || r.digits == 0 {
		text := strings.Trim(strings.TrimSpace(string(r.text)), `"`)
		f, err := strconv.ParseFloat(text, 64)
		switch {
		case t.skip[column]:
			f = 0
		case text == "":
			return t.wrong("line %d, column %d: value is missing", t.line, column+1)
		case err != nil || f != math.Trunc(f) || f < 0 || f > math.MaxInt32:
			return t.wrong("line %d, column %d: value is %s, want a whole number from 0 to 255", t.line, column+1, excerpt.Of(text))
		}
		v = int32(f)
	}
	r.values = append(r.values, v)
	r.value, r.digits, r.text = 0, 0, nil
	return nil
}

// endRow ends a row. Lines without any text are none.
func (t *table) endRow(r *row, give func([]int32, int) error) error {
	if len(r.values) > 0 || r.digits > 0 || len(bytes.TrimSpace(r.text)) > 0 {
		if err := t.field(r); err != nil {
			return err
		}
		if len(r.values) < t.columns {
			return t.wrong("line %d: %d values, want %d as line 1 has", t.line, len(r.values), t.columns)
		}
		if err := give(r.values, t.line); err != nil {
			return err
		}
	}
	t.line++
	*r = row{values: r.values[:0]}
	return nil
}
