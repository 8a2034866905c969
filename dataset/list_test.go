package dataset_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset"
	"gorgan/dataset/content"
	"pgregory.net/rapid"
)

func TestParseList(t *testing.T) {
	for text, want := range map[string]dataset.Entry{
		"a.jpg 5":                  {Line: 1, Path: "a.jpg", Label: 5},
		"a.jpg":                    {Line: 1, Path: "a.jpg", Label: -1},
		"my cat.PNG\t 007":         {Line: 1, Path: "my cat.PNG", Label: 7},
		"\ufeffa.jpg 2147483647":   {Line: 1, Path: "a.jpg", Label: 2147483647},
		"\r\n \t\r\n  a  b 3 \r\n": {Line: 3, Path: "a  b", Label: 3},
		"my cat.jpeg photo.jpg":    {Line: 1, Path: "my cat.jpeg photo.jpg", Label: -1},
		"no ending":                {Line: 1, Path: "no ending", Label: -1},
		"a 2147483648":             {Line: 1, Path: "a 2147483648", Label: -1},
		"7":                        {Line: 1, Path: "7", Label: -1},
		`a\b.png 1`:                {Line: 1, Path: `a\b.png`, Label: 1},
	} {
		entries, problems, err := dataset.ParseList(strings.NewReader(text))
		if err != nil || len(problems) > 0 || !slices.Equal(entries, []dataset.Entry{want}) {
			t.Errorf("%q: got %+v, %+v, %v", text, entries, problems, err)
		}
	}
	for text, path := range map[string]string{
		"a.jpg five": "a.jpg", "b c.png -1": "b c.png", "a.JPEG 1.5": "a.JPEG", "a.jpg 2147483648": "a.jpg", "a.jpg +1": "a.jpg", "a.jpg 1 x": "",
	} {
		entries, problems, err := dataset.ParseList(strings.NewReader("\n" + text))
		if path == "" { // "a.jpg 1" does not end like an image
			if len(entries) != 1 || entries[0].Path != text {
				t.Errorf("%q: got %+v", text, entries)
			}
			continue
		}
		if err != nil || len(entries) > 0 || len(problems) != 1 {
			t.Errorf("%q: got %+v, %+v, %v", text, entries, problems, err)
			continue
		}
		label := fmt.Sprintf("label is %q, want a whole number from 0", strings.TrimSpace(strings.TrimPrefix(text, path)))
		if p := problems[0]; p.Line != 2 || p.Path != path || p.Kind != dataset.KindBadLabel || !strings.HasPrefix(p.Detail, label) {
			t.Errorf("%q: got %+v", text, p)
		}
	}
}

func TestParseListLongLines(t *testing.T) {
	fits := strings.Repeat("x", 65_000) + " 1\n"
	if entries, _, err := dataset.ParseList(strings.NewReader(fits + fits)); len(entries) != 2 || err != nil {
		t.Errorf("got %d entries, %v", len(entries), err)
	}
	_, _, err := dataset.ParseList(strings.NewReader("a 1\n\n" + strings.Repeat("x", 1<<20)))
	says(t, err, "line 3", "65536")
	if !errors.Is(err, content.ErrFormat) {
		t.Errorf("%v does not wrap ErrFormat", err)
	}
}

func TestParseListRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z0-9_\-./\\é猫']{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []dataset.Entry
		line := 0
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			line++
			if rapid.Bool().Draw(t, "blank") {
				text.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", " \t \n"}).Draw(t, "nothing"))
				continue
			}
			path := strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "words"), " ") + rapid.SampledFrom([]string{".jpg", ".PNG", ".jpeg"}).Draw(t, "ending")
			label := rapid.Int32Min(-1).Draw(t, "label")
			text.WriteString(path)
			if label >= 0 {
				text.WriteString(rapid.SampledFrom([]string{" ", "\t", "   "}).Draw(t, "gap"))
				fmt.Fprint(&text, label)
			}
			text.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", " \n"}).Draw(t, "ending of line"))
			want = append(want, dataset.Entry{Line: line, Path: path, Label: int(label)})
		}
		entries, problems, err := dataset.ParseList(strings.NewReader(text.String()))
		if err != nil || len(problems) > 0 || !slices.Equal(entries, want) {
			t.Fatalf("%q: got %+v, %+v, %v, want %+v", &text, entries, problems, err, want)
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add("a.jpg 1\nb.jpg x\n\n\ufeff")
	f.Add("\ufeffa b.png\t2\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		entries, problems, err := dataset.ParseList(strings.NewReader(text))
		if err != nil {
			return
		}
		last := 0
		for _, e := range entries {
			if e.Line <= last || e.Path == "" || e.Label < -1 || strings.ContainsAny(e.Path, "\n") {
				t.Fatalf("%+v after line %d", e, last)
			}
			last = e.Line
		}
		if lines := strings.Count(text, "\n") + 1; len(entries)+len(problems) > lines {
			t.Fatalf("%d entries and %d problems from %d lines", len(entries), len(problems), lines)
		}
	})
}
