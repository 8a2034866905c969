package array_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gorgan/dataset/array"
	"gorgan/dataset/content"
	"gorgan/dataset/raster"
)

// TestCSVDialects: images that are written as a table in any form are read as the same images.
func TestCSVDialects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.csv")
	rapid.Check(t, func(r *rapid.T) {
		side := rapid.IntRange(6, 9).Draw(r, "side")
		shape := raster.Shape{Size: raster.Size{Height: side, Width: side}, Channels: rapid.SampledFrom([]int{1, 3}).Draw(r, "channels")}
		count, n := rapid.IntRange(8, 20).Draw(r, "count"), shape.Values()
		place := rapid.SampledFrom([]string{"none", "first", "last"}).Draw(r, "label")
		header := rapid.SampledFrom([]string{"none", "pixel0", "pixel1", "1x1", "numbers", "names"}).Draw(r, "header")
		separator := rapid.SampledFrom([]string{",", ";", "\t"}).Draw(r, "separator")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(r, "end of line")
		form := rapid.SampledFrom([]string{"%d", "%d.0", "%d.00", `"%d"`}).Draw(r, "form")
		pixels, labels := make([]byte, count*n), []int32(nil)
		// Labels are told from pixels by their few values.
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		for i := range pixels {
			pixels[i] = byte(random.Uint32())
		}
		var text strings.Builder
		if rapid.Bool().Draw(r, "BOM") {
			text.WriteString("\ufeff")
		}
		line := func(values []string, label string) {
			switch place {
			case "first":
				values = append([]string{label}, values...)
			case "last":
				values = append(values, label)
			}
			text.WriteString(strings.Join(values, separator) + end)
		}
		if header != "none" {
			var names []string
			for i := range n {
				names = append(names, map[string]string{"pixel0": fmt.Sprint("pixel", i), "pixel1": fmt.Sprint(`"pixel`, i+1, `"`),
					"1x1": fmt.Sprintf("%dx%d", i/side+1, i%side+1), "numbers": strconv.Itoa(i), "names": fmt.Sprint("pixel_", i)}[header])
			}
			line(names, map[string]string{"numbers": "label", "names": "Class"}[header]+map[string]string{"pixel0": "label", "pixel1": `"label"`, "1x1": "label"}[header])
		}
		for i := range count {
			var values []string
			for _, p := range pixels[i*n : (i+1)*n] {
				values = append(values, fmt.Sprintf(form, p))
			}
			label := int32(i % 3)
			if place != "none" {
				labels = append(labels, label)
			}
			line(values, fmt.Sprint(label))
		}
		data := []byte(text.String())
		if rapid.Bool().Draw(r, "no end") {
			data = data[:len(data)-len(end)]
		}
		if rapid.Bool().Draw(r, "packed") {
			data = packed(data)
		}
		a := mustOpen(t, write(t, path, data), roomy)
		same(t, a, shape, pixels, labels)
		if a.Kind != array.KindCSV || len(a.Notes) != 1 || !strings.HasPrefix(a.Notes[0], fmt.Sprintf("%d values are taken as %dx%d pixels", n, side, side)) {
			r.Fatalf("kind is %q, notes %q", a.Kind, a.Notes)
		}
	})
}

// pixelRow is a row of so many values.
func pixelRow(n int, value string) string {
	return strings.TrimSuffix(strings.Repeat(value+",", n), ",")
}

func TestCSVColumns(t *testing.T) {
	rows := pixelRow(36, "7") + "\n\n  \n" + pixelRow(36, "8") + "\n"
	path := filepath.Join(t.TempDir(), "table.csv")
	for name, c := range map[string]struct {
		text, note string
		labels     []int32
	}{
		"no label":        {rows, "36 values are taken as 6x6 pixels, and no column as labels", nil},
		"label first":     {"5," + strings.Replace(rows, "\n8", "\n300,8", 1), "36 values are taken as 6x6 pixels, and the first column as labels", []int32{5, 300}},
		"label last":      {pixelRow(36, "7") + ",1\n" + pixelRow(36, "7") + ",2\n", "and the last column as labels", []int32{1, 2}},
		"label in middle": {"pixel0,pixel1,label," + pixelRow(34, "p") + "\n" + middle(7, 3) + middle(8, 4), "36 values are taken as 6x6 pixels", []int32{3, 4}},
	} {
		a := mustOpen(t, write(t, path, []byte(c.text)), roomy)
		if noted(t, a, c.note); fmt.Sprint(a.Labels) != fmt.Sprint(c.labels) || a.Len() != 2 || a.Shape != grey(6, 6) {
			t.Errorf("%s: %d images of %v, labels %v, want %v", name, a.Len(), a.Shape, a.Labels, c.labels)
		}
	}
	ids := "id,label," + pixelRow(36, "pixel") + "\n"
	a := mustOpen(t, write(t, path, []byte(strings.Replace(ids, "pixel,pixel", "pixel0,pixel1", 1)+"img_1,4,"+pixelRow(36, "9")+"\n")), roomy)
	noted(t, a, `column 1, "id", is not used`, "36 values are taken as 6x6 pixels")
	if a.Labels[0] != 4 || a.Bytes()[0] != 9 {
		t.Errorf("labels %v, pixels %v", a.Labels, a.Bytes())
	}
	says(t, fails(t, path, array.Options{}), "its 1 images of 6x6 take 40 bytes, more than the cache of 0: save it as .npy or raise --cache to 1")
}

// middle is a row with its label in the middle.
func middle(value, label int) string {
	v := strconv.Itoa(value)
	return pixelRow(2, v) + "," + strconv.Itoa(label) + "," + pixelRow(34, v) + "\n"
}

func TestBadCSV(t *testing.T) {
	header := "label,pixel0,pixel1," + pixelRow(34, "p") + "\n"
	row := "3," + pixelRow(36, "9") + "\n"
	for name, c := range map[string]struct {
		text  string
		parts []string
	}{
		"only a header":  {header, []string{"has no rows"}},
		"short row":      {header + row + row[:29] + "\n", []string{"line 3: 15 values, want 37"}},
		"long row":       {header + row + "9," + row, []string{"line 3: has more values than the 37 of line 1"}},
		"CR LF":          {strings.ReplaceAll(header+row, "\n", "\r\n") + "3\r\n", []string{"line 3: 1 values"}},
		"CR":             {strings.ReplaceAll(header+row, "\n", "\r") + "3\r", []string{"line 3: 1 values"}},
		"large value":    {header + strings.Replace(row, "9", "256", 1), []string{"line 2, column 2: value is 256, want 0 to 255"}},
		"negative":       {header + strings.Replace(row, "9", "-1", 1), []string{"line 2, column 2: value is -1, want a whole number"}},
		"fraction":       {header + strings.Replace(row, "9", "0.5", 1), []string{"line 2, column 2: value is 0.5, want a whole number"}},
		"missing":        {header + row + strings.Replace(row, "9", "", 1), []string{"line 3, column 2: value is missing"}},
		"name":           {header + strings.Replace(row, "3", "three\x01", 1), []string{`line 2, column 1: value is "three\x01", want`}},
		"NaN":            {header + strings.Replace(row, "9", "nan", 1), []string{"line 2, column 2: value is nan"}},
		"huge number":    {header + strings.Replace(row, "9", "99999999999999999999", 1), []string{"line 2, column 2: value is 99999999999999999999"}},
		"endless number": {header + strings.Replace(row, "9", strings.Repeat("9", 9000), 1), []string{"line 2, column 2: value is longer than 4096 bytes"}},
		"no square":      {strings.Replace(header, "pixel0", "pixel0,pixel1", 1) + "3," + pixelRow(37, "9") + "\n", []string{"line 1: 37 columns of pixels"}},
		"no square at all": {pixelRow(40, "9") + "\n" + pixelRow(40, "9"),
			[]string{"line 1: 40 columns, want as many as a square has pixels, or 3 times as many, and perhaps one more"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := fails(t, write(t, filepath.Join(t.TempDir(), "table.csv"), []byte(c.text)), roomy)
			says(t, err, append(c.parts, "table.csv: ")...)
			if !errors.Is(err, content.ErrFormat) {
				t.Errorf("%v does not wrap ErrFormat", err)
			}
		})
	}
}

func FuzzCSV(f *testing.F) {
	row := "3," + pixelRow(36, "9")
	f.Add([]byte("label,pixel0,pixel1," + pixelRow(34, "p") + "\n" + row + "\n" + row))
	f.Add([]byte(row + "\r\n" + strings.ReplaceAll(row, "9", "255.0") + "\r"))
	f.Add([]byte("\ufeff" + strings.ReplaceAll(row, ",", ";") + "\n\n \n"))
	f.Add(packed([]byte(row + "," + row + "\n")))
	path := filepath.Join(f.TempDir(), "a.csv")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, data)
		consistent(t, path)
	})
}

// BenchmarkCSV reads Kaggle's 42,000 digits.
func BenchmarkCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("label,pixel0,pixel1," + pixelRow(782, "p") + "\n")
	for i := range 42_000 {
		text.WriteString(strconv.Itoa(i % 10))
		for k := range 784 {
			text.WriteByte(',')
			text.WriteString(strconv.Itoa((i*k + k) % 256 * (k / 3 % 2)))
		}
		text.WriteByte('\n')
	}
	path := write(b, filepath.Join(b.TempDir(), "train.csv"), []byte(text.String()))
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, _, err := array.Open(b.Context(), path, roomy); err != nil {
			b.Fatal(err)
		}
	}
}
