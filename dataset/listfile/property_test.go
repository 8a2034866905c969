package listfile_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"gorgan/dataset/listfile"
	"pgregory.net/rapid"
)

// dialect writes images and labels as one kind of program does.
type dialect struct {
	name  string
	write func(b *strings.Builder, rows [][2]string, end string)
	// refuses reports what the dialect has no way to write.
	refuses func(path, label string) bool
}

func none(string, string) bool { return false }

func writeCSV(comma rune, header []string, columns func(i int, path, label string) []string) func(*strings.Builder, [][2]string, string) {
	return func(b *strings.Builder, rows [][2]string, end string) {
		w := csv.NewWriter(b)
		w.Comma, w.UseCRLF = comma, end == "\r\n"
		if header != nil {
			w.Write(header)
		}
		for i, row := range rows {
			w.Write(columns(i, row[0], row[1]))
		}
		w.Flush()
	}
}

func writeLines(format func(i int, path, label string) string) func(*strings.Builder, [][2]string, string) {
	return func(b *strings.Builder, rows [][2]string, end string) {
		for i, row := range rows {
			b.WriteString(format(i, row[0], row[1]) + end)
		}
	}
}

func inJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

var dialects = []dialect{
	{"CSV with a header", writeCSV(',', []string{"label", "path"}, func(_ int, path, label string) []string { return []string{label, path} }), none},
	{"CSV with more columns", writeCSV(';', []string{"", "file_name", "text", "class"}, func(i int, path, label string) []string {
		return []string{fmt.Sprint(i), path, "x \"y\"\nz; " + path, label}
	}), none},
	{"TSV", writeCSV('\t', []string{"image", "label"}, func(_ int, path, label string) []string { return []string{path, label} }), none},
	{"CSV without a header", writeCSV(',', nil, func(_ int, path, label string) []string { return []string{path, label} }), none},
	{"label first", writeLines(func(i int, path, label string) string { return label + "\t" + path }), func(path, label string) bool {
		return strings.ContainsAny(path+label, "\"'") || label == ""
	}},
	{"path and label", writeLines(func(i int, path, label string) string { return path + " " + label }), func(path, label string) bool {
		return strings.ContainsAny(path[:1], "\"'") || strings.ContainsAny(label, "\"' ,.")
	}},
	{"quoted path", writeLines(func(i int, path, label string) string {
		return `"` + strings.ReplaceAll(path, `"`, `""`) + `" ` + label
	}), func(path, label string) bool { return strings.ContainsAny(label, "\"'") || path[0] == ',' }},
	{"MXNet", writeLines(func(i int, path, label string) string { return fmt.Sprint(1000-i, "\t", len(label), ".000000\t", path) }), func(path, label string) bool {
		return strings.ContainsAny(path[:1], "\"'")
	}},
	{"JSON lines", writeLines(func(_ int, path, label string) string {
		return inJSON(map[string]any{"file_name": path, "label": label, "text": "}\n{"})
	}), none},
	{"dataset.json", func(b *strings.Builder, rows [][2]string, _ string) {
		b.WriteString(inJSON(map[string]any{"labels": rows, "a": []int{1}}))
	}, none},
}

// TestDialects writes images in every dialect and reads them.
func TestDialects(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z0-9_\-./\\é猫'",;()#&]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(dialects).Draw(t, "dialect")
		classes := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zé]{1,3}[ ,"']?[a-z0-9]{1,4}|[0-9]{1,4}`), 1, 4, rapid.ID).Draw(t, "classes")
		var rows [][2]string
		var want []listfile.Entry
		for i := range rapid.IntRange(1, 12).Draw(t, "images") {
			path := strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "words"), " ") + fmt.Sprint(i) + rapid.SampledFrom([]string{".jpg", ".PNG", ".webp"}).Draw(t, "ending")
			label := rapid.SampledFrom(classes).Draw(t, "label")
			// A # starts a comment, and a path that starts with a bracket and a quote is JSON's.
			if d.refuses(path, label) || strings.HasPrefix(path, "#") {
				continue
			}
			rows = append(rows, [2]string{path, label})
			if d.name == "MXNet" {
				label = fmt.Sprint(len(label), ".000000")
			}
			want = append(want, listfile.Entry{Path: path, Label: label, Labelled: true})
		}
		if len(rows) == 0 {
			return
		}
		var text strings.Builder
		d.write(&text, rows, rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end"))
		written := text.String()
		switch rapid.IntRange(0, 3).Draw(t, "encoding") {
		case 1:
			written = "\ufeff" + written
		case 2:
			written = inUTF16(written, true)
		}
		list, err := listfile.Parse(strings.NewReader(written), all)
		if err != nil || len(list.Problems) > 0 || len(list.Entries) != len(want) {
			t.Fatalf("%s: %q: %v, %+v", d.name, &text, err, list)
		}
		for i, e := range list.Entries {
			if e.Line = 0; e != want[i] {
				t.Fatalf("%s: %q: got %+v, want %+v (%s)", d.name, &text, e, want[i], list.Form)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"a.jpg 1\nb.jpg x\n\n\ufeff", "\ufeffa b.png\t2\r\n", "path,label\n\"a\"\"b.jpg\",1\n", "sep=;\na.jpg;1\n'b;c.jpg';2\n", "0\t1.0\ta.jpg\n",
		"# c\na.jpg\u00a01\r", "{\"labels\": [[\"a.png\", [0, 1]]]}", "{\"file_name\": \"a.png\", \"label\": \"\\u0061\"}\n{", "[{\"path\": \"a.png\"}, {}]",
		"caf\xe9.jpg 3\n", "\xff\xfea\x00,\x00", ",file,label\n0,a.jpg,\"x\ny\"\n", "3 a.jpg\n1 \"b c.jpg\"\n1 d.jpg", "a.jpg 1 2\nb.jpg 3 4\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := listfile.Parse(strings.NewReader(text), all)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 1000 {
				t.Fatalf("a long error: %q", err)
			}
			return
		}
		last := 0
		for _, e := range list.Entries {
			if e.Line <= last || e.Path == "" || e.Labelled != (e.Label != "") || !utf8.ValidString(e.Path+e.Label) {
				t.Fatalf("%+v after line %d", e, last)
			}
			last = e.Line
		}
		for _, p := range list.Problems {
			if p.Line < 1 || p.Detail == "" || len(p.Detail) > 1000 {
				t.Fatalf("%+v", p)
			}
		}
		if list.Form == "" {
			t.Fatal("no form")
		}
		numbers, names, problems := listfile.Labels(list.Entries)
		if len(numbers) != len(list.Entries) || names != nil && len(problems) > 0 {
			t.Fatalf("%d numbers, %q, %v", len(numbers), names, problems)
		}
		for i, n := range numbers {
			if n >= 0 && !list.Entries[i].Labelled || names != nil && n >= 0 && names[n] != list.Entries[i].Label {
				t.Fatalf("%+v has the label %d of %q", list.Entries[i], n, names)
			}
		}
	})
}
