package listfile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorgan/dataset/listfile"
)

func labelled(labels ...string) []listfile.Entry {
	var entries []listfile.Entry
	for i, label := range labels {
		entries = append(entries, listfile.Entry{Line: i + 1, Path: fmt.Sprintf("%d.jpg", i), Label: label, Labelled: label != ""})
	}
	return entries
}

func TestLabels(t *testing.T) {
	ten := strings.Split("0 1 2 3 4 5 6 7 8 9", " ")
	for _, c := range []struct {
		name, labels string
		numbers      []int32
		names        string
		problems     string
	}{
		{"numbers", "3 3.0 +3 3. 3e0 3.000000e+00 0003 0 2147483647 2147483647.0", []int32{3, 3, 3, 3, 3, 3, 3, 0, 2147483647, 2147483647}, "", ""},
		{"no labels", "_ _", []int32{-1, -1}, "", ""},
		{"some labels", "_ 7 _", []int32{-1, 7, -1}, "", ""},
		{"names", "cat dog _ cat Bär", []int32{1, 2, -1, 1, 0}, "Bär cat dog", ""},
		{"bytes", "b B é z a1 a10 a2", []int32{4, 0, 6, 5, 1, 2, 3}, "B a1 a10 a2 b z é", ""},
		{"a tenth is words", strings.Join(ten[:9], " ") + " nan", []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, -1}, "", `10 "nan"`},
		{"more than a tenth", strings.Join(ten[:8], " ") + " nan", []int32{0, 1, 2, 3, 4, 5, 6, 7, 8}, strings.Join(ten[:8], " ") + " nan", ""},
		{"no whole numbers", "1 -1 1.5 2147483648 1e99 -0.0 .5", []int32{1, -1, -1, -1, -1, 0, -1}, "", `2 "-1"; 3 "1.5"; 4 "2147483648"; 5 "1e99"; 7 ".5"`},
		{"all negative", "-1", []int32{-1}, "", `1 "-1"`},
		{"no numbers of Go", "0x10 1_0 inf NaN", []int32{0, 1, 3, 2}, "0x10 1_0 NaN inf", ""},
	} {
		labels := strings.Split(c.labels, " ")
		for i := range labels {
			labels[i] = strings.TrimPrefix(labels[i], "_")
		}
		numbers, names, problems := listfile.Labels(labelled(labels...))
		var got []string
		for _, p := range problems {
			number, _, _ := strings.Cut(strings.TrimPrefix(p.Detail, "label is "), ", want")
			got = append(got, fmt.Sprint(p.Line, " ", number))
			says(t, c.name, p.Detail, "want a whole number from 0 to 2147483647")
			if p.Path != fmt.Sprintf("%d.jpg", p.Line-1) {
				t.Errorf("%s: got %+v", c.name, p)
			}
		}
		if !slices.Equal(numbers, c.numbers) || strings.Join(names, " ") != c.names || strings.Join(got, "; ") != c.problems {
			t.Errorf("%s: got %d %q %q", c.name, numbers, names, got)
		}
		if (names == nil) != (c.names == "") {
			t.Errorf("%s: got the names %q", c.name, names)
		}
	}
	long := strings.Repeat("9", 1<<16)
	if _, _, problems := listfile.Labels(labelled(long)); len(problems) != 1 || len(problems[0].Detail) > 300 {
		t.Errorf("got %.400v", problems)
	}
}
