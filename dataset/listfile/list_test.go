package listfile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset/listfile"
)

// all is a memory without a limit.
func all(int64) bool { return true }

func parse(t *testing.T, text string) *listfile.List {
	t.Helper()
	list, err := listfile.Parse(strings.NewReader(text), all)
	if err != nil {
		t.Fatalf("%.300q: %v", text, err)
	}
	return list
}

// short writes entries one a line: line|path|label, or line|path without a label.
func short(entries []listfile.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%d|%s", e.Line, e.Path)
		if e.Labelled {
			b.WriteString("|" + e.Label)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// says fails if a text lacks one of the parts.
func says(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: got %q, want it to say %q", what, text, part)
		}
	}
}

// The text that other programs write for the same four images, and what each adds.
const (
	fourWords = "|img/a b.jpg|cat\n|img/c,d.jpg|dog\n|img/e\"f.jpg|cat\n|img/é.jpg|dog, big\n"
	csvRows   = "img/a b.jpg,cat\n\"img/c,d.jpg\",dog\n\"img/e\"\"f.jpg\",cat\nimg/é.jpg,\"dog, big\"\n"
)

func TestOtherPrograms(t *testing.T) {
	crlf := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	for _, c := range []struct{ name, text, form, note string }{
		{"Python's csv", crlf(csvRows), "lines of a path and a label, separated by a comma", ""},
		{"Python's csv with single quotes", "'img/a b.jpg','cat'\r\n'img/c,d.jpg','dog'\r\n'img/e\"f.jpg','cat'\r\n'img/é.jpg','dog, big'\r\n", "separated by a comma", ""},
		{"pandas", ",file,label\n0,img/a b.jpg,cat\n1,\"img/c,d.jpg\",dog\n2,\"img/e\"\"f.jpg\",cat\n3,img/é.jpg,\"dog, big\"\n", `CSV, with paths in the column "file" and labels in "label"`, "column 1 is not used"},
		{"pandas without index", "file,label\n" + csvRows, `CSV, with paths in the column "file"`, ""},
		{"pandas without header", "0,img/a b.jpg,cat\n1,\"img/c,d.jpg\",dog\n2,\"img/e\"\"f.jpg\",cat\n3,img/é.jpg,\"dog, big\"\n", "separated by a comma", "column 1 is not used"},
		{"pandas, tabs", "file\tlabel\nimg/a b.jpg\tcat\nimg/c,d.jpg\tdog\n\"img/e\"\"f.jpg\"\tcat\nimg/é.jpg\tdog, big\n", "TSV", ""},
		{"pandas, all quoted", "\"file\",\"label\"\n\"img/a b.jpg\",\"cat\"\n\"img/c,d.jpg\",\"dog\"\n\"img/e\"\"f.jpg\",\"cat\"\n\"img/é.jpg\",\"dog, big\"\n", "CSV", ""},
		{"pandas, spaces", "\"img/a b.jpg\" cat\nimg/c,d.jpg dog\n\"img/e\"\"f.jpg\" cat\nimg/é.jpg \"dog, big\"\n", "lines of `path label`", ""},
		{"Excel in German", "\ufeff" + crlf("Datei;Klasse\nimg/a b.jpg;cat\nimg/c,d.jpg;dog\n\"img/e\"\"f.jpg\";cat\nimg/é.jpg;dog, big\n"), `CSV with semicolons, with paths in the column "Datei" and labels in "Klasse"`, ""},
		{"Excel's sep=", crlf("sep=;\nimg/a b.jpg;cat\nimg/c,d.jpg;dog\n\"img/e\"\"f.jpg\";cat\nimg/é.jpg;dog, big\n"), "semicolon", "line 1 only names the separator"},
		{"R's write.csv", "\"\",\"file\",\"label\"\n\"1\",\"img/a b.jpg\",\"cat\"\n\"2\",\"img/c,d.jpg\",\"dog\"\n\"3\",\"img/e\"\"f.jpg\",\"cat\"\n\"4\",\"img/é.jpg\",\"dog, big\"\n", "CSV", "column 1 is not used"},
		{"metadata.csv", "file_name,text,label\nimg/a b.jpg,\"a cat,\nasleep\",cat\n\"img/c,d.jpg\",,dog\n\"img/e\"\"f.jpg\",x,cat\nimg/é.jpg,y,\"dog, big\"\n", `"file_name"`, `column "text" is not used`},
		{"metadata.jsonl", `{"file_name": "img/a b.jpg", "label": "cat", "objects": {"bbox": [[1, 2], [3]]}}` + "\n" + `{"label": "dog", "file_name": "img/c,d.jpg"}` + "\n\n" + `{"file_name": "img/e\"f.jpg", "label": "cat"}` + "\r\n" + `{"file_name": "img/\u00e9.jpg", "label": "dog, big"}`, `JSON lines with paths in the key "file_name" and labels in "label"`, `key "objects" is not used`},
		{"pandas, records", `[{"file":"img\/a b.jpg","label":"cat"},{"file":"img\/c,d.jpg","label":"dog"},{"file":"img\/e\"f.jpg","label":"cat"},{"file":"img\/\u00e9.jpg","label":"dog, big"}]`, "a JSON array", ""},
		{"pandas, records a line", `{"file":"img\/a b.jpg","label":"cat"}` + "\n" + `{"file":"img\/c,d.jpg","label":"dog"}` + "\n" + `{"file":"img\/e\"f.jpg","label":"cat"}` + "\n" + `{"file":"img\/\u00e9.jpg","label":"dog, big"}` + "\n", "JSON lines", ""},
		{"stylegan", `{"labels": [["img/a b.jpg", "cat"], ["img/c,d.jpg", "dog"], ["img/e\"f.jpg", "cat"], ["img/é.jpg", "dog, big"]]}`, "stylegan's dataset.json", ""},
		{"a JSON object", `{"img/a b.jpg": "cat", "img/c,d.jpg": "dog", "img/e\"f.jpg": "cat", "img/é.jpg": "dog, big"}`, "a JSON object of paths and labels", ""},
	} {
		list := parse(t, c.text)
		got := ""
		last := 0
		for _, e := range list.Entries {
			got += fmt.Sprintf("|%s|%s\n", e.Path, e.Label)
			if e.Line <= last {
				t.Errorf("%s: line %d after %d", c.name, e.Line, last)
			}
			last = e.Line
		}
		if got != fourWords || len(list.Problems) > 0 || list.Doubt != "" {
			t.Errorf("%s: got %q, problems %+v, doubt %q", c.name, got, list.Problems, list.Doubt)
		}
		says(t, c.name, list.Form, c.form)
		says(t, c.name, strings.Join(list.Notes, "\n"), c.note)
		if c.note == "" && len(list.Notes) > 0 {
			t.Errorf("%s: got the notes %q, want none", c.name, list.Notes)
		}
	}
}

// TestCases reads the files that went wrong with the first version.
func TestCases(t *testing.T) {
	names := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	sorted := slices.Sorted(slices.Values(names))
	for _, c := range []struct {
		file, line, form string
		label            func(i int) int
	}{
		{"comma.csv", "img/%02d.jpg,%[2]d\n", "lines of a path and a label, separated by a comma", nil},
		{"comment.txt", "# my digits\nimg/%02d.jpg %[2]d\n", "lines of `path label`", nil},
		{"cr_only.txt", "img/%02d.jpg %[2]d\r", "lines of `path label`", nil},
		{"float.txt", "img/%02d.jpg %[2]d.0\n", "lines of `path label`", nil},
		{"labels1.txt", "img/%02d.jpg %[4]d\n", "lines of `path label`", func(i int) int { return i%10 + 1 }},
		{"mxnet.lst", "%[1]d\t%[2]d.000000\timg/%02[1]d.jpg\n", "MXNet's index, label and path", nil},
		{"names.txt", "img/%02d.jpg %[3]s\n", "lines of `path label`", func(i int) int { return slices.Index(sorted, names[i%10]) }},
		{"nbsp.txt", "img/%02d.jpg\u00a0 %[2]d\n", "lines of `path label`", nil},
		{"ok.txt", "img/%02d.jpg %[2]d\n", "lines of `path label`", nil},
		{"label_first.txt", "%[2]d img/%02[1]d.jpg\n", "lines of `label path`", nil},
		{"label_first.csv", "%[3]s,img/%02[1]d.jpg\n", "lines of a label and a path, separated by a comma", func(i int) int { return slices.Index(sorted, names[i%10]) }},
		{"many.lst", "%[1]d\t%[2]d.000000\t7.0\timg/%02[1]d.jpg\n", "MXNet's index, label and path", nil},
	} {
		var text strings.Builder
		for i := range 40 {
			line := c.line
			if start, rest, found := strings.Cut(line, "# my digits\n"); found {
				if line = rest; i == 0 {
					text.WriteString(start + "# my digits\n")
				}
			}
			written := fmt.Sprintf(line, i, i%10, names[i%10], i%10+1)
			text.WriteString(strings.Split(written, "%!(EXTRA")[0])
		}
		list := parse(t, text.String())
		numbers, classes, problems := listfile.Labels(list.Entries)
		if len(list.Entries) != 40 || len(list.Problems)+len(problems) > 0 || (classes != nil) != (strings.Contains(c.line, "%[3]s")) {
			t.Fatalf("%s: got %d entries, problems %v %v, classes %q", c.file, len(list.Entries), list.Problems, problems, classes)
		}
		for i, e := range list.Entries {
			want := i % 10
			if c.label != nil {
				want = c.label(i)
			}
			if e.Path != fmt.Sprintf("img/%02d.jpg", i) || int(numbers[i]) != want {
				t.Fatalf("%s: image %d is %+v with the label %d, want %d", c.file, i, e, numbers[i], want)
			}
		}
		if list.Form != c.form {
			t.Errorf("%s: got the form %q, want %q", c.file, list.Form, c.form)
		}
	}
	list := parse(t, "\"img/a b.jpg\" 0\n\"img/c d.jpg\" 1\n")
	if got := short(list.Entries); got != "1|img/a b.jpg|0\n2|img/c d.jpg|1\n" {
		t.Errorf("quoted.txt: got %q", got)
	}
}
