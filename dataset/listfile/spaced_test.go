package listfile_test

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/listfile"
	"pgregory.net/rapid"
)

// TestLines holds the meaning of lines of a path and perhaps a label.
func TestLines(t *testing.T) {
	for text, want := range map[string]string{
		"a.jpg 5":                  "1|a.jpg|5\n",
		"a.jpg":                    "1|a.jpg\n",
		"my cat.PNG\t 007":         "1|my cat.PNG|007\n",
		"\ufeffa.jpg 2147483647":   "1|a.jpg|2147483647\n",
		"\r\n \t\r\n  a  b 3 \r\n": "3|a  b|3\n",
		"my cat.jpeg photo.jpg":    "1|my cat.jpeg photo.jpg\n",
		"no ending":                "1|no ending\n",
		"a 2147483648":             "1|a 2147483648\n",
		"7":                        "1|7\n",
		`a\b.png 1`:                "1|a\\b.png|1\n",
		"a.jpg five":               "1|a.jpg|five\n",
		"b c.png -1":               "1|b c.png|-1\n",
		"a.JPEG 1.5":               "1|a.JPEG|1.5\n",
		"a.jpg 2147483648":         "1|a.jpg|2147483648\n",
		"a.jpg +1":                 "1|a.jpg|+1\n",
		"a.jpg 1 x":                "1|a.jpg 1 x\n",
		"a.jpg golden retriever":   "1|a.jpg|golden retriever\n",

		"a, b.jpg 3\nc, d.jpg 4\n":                "1|a, b.jpg|3\n2|c, d.jpg|4\n",
		"Smith, John.jpg\nSmith, Ann.jpg\n":       "1|Smith, John.jpg\n2|Smith, Ann.jpg\n",
		"x,y/1 3\nx,y/2 4":                        "1|x,y/1|3\n2|x,y/2|4\n",
		"'a' b.jpg 1\n'tis.jpg 2\nit's.jpg 3":     "1|'a' b.jpg|1\n2|'tis.jpg|2\n3|it's.jpg|3\n",
		"'a b.jpg' 1\n'c.jpg'\n'e.jpg' 'f g'\n":   "1|a b.jpg|1\n2|c.jpg\n3|e.jpg|f g\n",
		"my cat.jpg\nmy dog.jpg\n":                "1|my cat.jpg\n2|my dog.jpg\n",
		"1 cat.jpg\n2 dog.jpg\n":                  "1|1 cat.jpg\n2|2 dog.jpg\n",
		"2019 a/1.jpg\n2019 a/2.jpg\n2020/3.jpg":  "1|2019 a/1.jpg\n2|2019 a/2.jpg\n3|2020/3.jpg\n",
		"0 a b.jpg\n1 c.jpg\n0 d.jpg":             "1|a b.jpg|0\n2|c.jpg|1\n3|d.jpg|0\n",
		"0 \"a b.jpg\"\n1 c.jpg\n0 d.jpg":         "1|a b.jpg|0\n2|c.jpg|1\n3|d.jpg|0\n",
		"#1.jpg 1\n#2.jpg 2\n":                    "1|#1.jpg|1\n2|#2.jpg|2\n",
		"000001 5\n000002 7\n":                    "1|000001|5\n2|000002|7\n",
		"path label\na b.jpg 3\n":                 "2|a b.jpg|3\n",
		"label path\n3 a b.jpg\n":                 "2|a b.jpg|3\n",
		"filename\na 3\nb.jpg 4\n":                "2|a 3\n3|b.jpg 4\n",
		"a\u00a0b.jpg 3\nc\u202fd.jpg\n":          "1|a\u00a0b.jpg|3\n2|c\u202fd.jpg\n",
		"a.jpg\u00a03\n":                          "1|a.jpg|3\n",
		"a.jpg 1 0 1\nb c.jpg 0 0 1\n":            "1|a.jpg|1\n2|b c.jpg|0\n",
		"9\n" + strings.Repeat("a.jpg -1 1\n", 9): "1|9\n2|a.jpg|-1\n3|a.jpg|-1\n4|a.jpg|-1\n5|a.jpg|-1\n6|a.jpg|-1\n7|a.jpg|-1\n8|a.jpg|-1\n9|a.jpg|-1\n10|a.jpg|-1\n",
		"img/a,b.jpg\nimg/a,c.jpg\n":              "1|img/a,b.jpg\n2|img/a,c.jpg\n",
		"Smith,1.jpg\nb.jpg\nX,2.jpg\nc.jpg\n":    "1|Smith,1.jpg\n2|b.jpg\n3|X,2.jpg\n4|c.jpg\n",
		"x/1,a\nx/2,b\nx/3\n":                     "1|x/1,a\n2|x/2,b\n3|x/3\n",
		"a.jpg,1\nREADME,2\nnotes,3":              "1|a.jpg,1\n2|README,2\n3|notes,3\n",
		"1 (1).jpg\n1 (2).jpg\n":                  "1|1 (1).jpg\n2|1 (2).jpg\n",
		"3 a.jpg\n2 b.jpg\n3 c.jpg\n":             "1|3 a.jpg\n2|2 b.jpg\n3|3 c.jpg\n",
		"1 a.jpg\n90 b.jpg\n1 c.jpg\n":            "1|1 a.jpg\n2|90 b.jpg\n3|1 c.jpg\n",
		"{a}.jpg 3\n":                             "1|{a}.jpg|3\n",
		"[1].jpg 3\n":                             "1|[1].jpg|3\n",
		"a.jpg 1\n\n# x\nb.jpg\n":                 "1|a.jpg|1\n4|b.jpg\n",
		"":                                        "",
		"# nothing\n":                             "1|# nothing\n",
	} {
		list := parse(t, text)
		if got := short(list.Entries); got != want || len(list.Problems) > 0 {
			t.Errorf("%q: got %q, problems %+v, want %q", text, got, list.Problems, want)
		}
	}
}

func TestDoubt(t *testing.T) {
	for text, want := range map[string]string{
		"cat img/1.jpg\ndog img/2.jpg\n": "the label may come before the path",
		"3 a.jpg\n":                      "the label may come before the path",
		"foo,bar\nbaz,qux\n":             "look like CSV",
		"foo;3\nbaz;x\n":                 "look like CSV",
		"a.jpg 3\nb c.jpg 4\n":           "",
		"0 a b.jpg\n1 c.jpg\n0 d.jpg":    "",
		"a, b.jpg 3\nc, d.jpg 4\n":       "",
	} {
		if got := parse(t, text).Doubt; got == "" != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: got the doubt %q, want %q", text, got, want)
		}
	}
}

func TestLabelFirst(t *testing.T) {
	list := parse(t, "# c\ncat img/1.jpg\nwild dog img/2.jpg\nimg/3.jpg\ncow img/4.jpg\nimg/5.jpg 7\n")
	first := list.LabelFirst()
	if first == nil {
		t.Fatalf("got none with the doubt %q", list.Doubt)
	}
	if got := short(first.Entries); got != "2|img/1.jpg|cat\n3|dog img/2.jpg|wild\n4|img/3.jpg\n5|img/4.jpg|cow\n6|img/5.jpg|7\n" || first.Form != "lines of `label path`" || len(first.Notes) != 1 {
		t.Errorf("got %q, %+v", got, first)
	}
	if got := short(list.Entries); !strings.HasPrefix(got, "2|cat img/1.jpg\n") {
		t.Errorf("the list is now %q", got)
	}
	for _, text := range []string{"a.jpg 3\n", "foo,bar\n", "0 a.jpg\n1 b.jpg\n0 c.jpg\n", `{"labels": []}`} {
		if first := parse(t, text).LabelFirst(); first != nil {
			t.Errorf("%q: got %+v", text, first)
		}
	}
}

func TestLongLines(t *testing.T) {
	fits := strings.Repeat("x", 65_000) + " 1\n"
	if list := parse(t, fits+fits); len(list.Entries) != 2 {
		t.Errorf("got %d entries", len(list.Entries))
	}
	for _, long := range []string{strings.Repeat("x", 1<<20), strings.Repeat("x,", 1<<16), "#" + strings.Repeat(" ", 1<<16), `"` + strings.Repeat("x", 1<<16)} {
		_, err := listfile.Parse(strings.NewReader("a 1\n\n"+long+"\nb 2\n"), all)
		if !errors.Is(err, content.ErrFormat) {
			t.Fatalf("%v does not wrap ErrFormat", err)
		}
		says(t, "a long line", err.Error(), "line 3", "65536")
	}
}

// firstRules is how the first version of the program read a list: the meaning of a list that it
// could read must not change. label is -1 for none.
func firstRules(text string) (entries []string) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		line := strings.Trim(strings.TrimPrefix(lines.Text(), "\ufeff"), " \t\r")
		if line == "" {
			continue
		}
		last := line[strings.LastIndexAny(line, " \t")+1:]
		before := strings.TrimRight(strings.TrimSuffix(line, last), " \t")
		if n, err := strconv.ParseUint(last, 10, 31); err == nil && before != "" {
			entries = append(entries, fmt.Sprintf("%d|%s|%d", number, before, n))
		} else {
			entries = append(entries, fmt.Sprintf("%d|%s|-1", number, line))
		}
	}
	return entries
}

func TestFirstRules(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z0-9_\-./\\é猫',;()\[\]&+]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		labelled := rapid.Bool().Draw(t, "labelled")
		for range rapid.IntRange(1, 20).Draw(t, "lines") {
			if rapid.Bool().Draw(t, "blank") {
				text.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", " \t \n"}).Draw(t, "nothing"))
				continue
			}
			// A path of 26 letters or more has none of the forms that only new rules know.
			text.WriteString("Pictures of 2014/" + strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "words"), " ") +
				rapid.SampledFrom([]string{".jpg", ".PNG", ".jpeg", " (copy).jpg"}).Draw(t, "ending"))
			if labelled || rapid.Bool().Draw(t, "this") {
				fmt.Fprint(&text, rapid.SampledFrom([]string{" ", "\t", "   "}).Draw(t, "gap"), rapid.Int32Min(0).Draw(t, "label"))
			}
			text.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", " \n"}).Draw(t, "end"))
		}
		want := firstRules(text.String())
		list, err := listfile.Parse(strings.NewReader(text.String()), all)
		if err != nil || len(list.Problems) > 0 {
			t.Fatalf("%q: %v, %+v", &text, err, list)
		}
		numbers, _, _ := listfile.Labels(list.Entries)
		var got []string
		for i, e := range list.Entries {
			got = append(got, fmt.Sprintf("%d|%s|%d", e.Line, e.Path, numbers[i]))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: got %q, want %q (%s)", &text, got, want, list.Form)
		}
	})
}
