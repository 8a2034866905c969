package ranks

import (
	"regexp"
	"strings"
	"testing"
)

func TestFirstHost(t *testing.T) {
	for list, want := range map[string]string{
		"node1":                      "node1",
		"node1,node2":                "node1",
		"node[001-003,007],other":    "node001",
		"node[9-12]":                 "node9",
		"node[7,1-3]":                "node7",
		"rack[1-2]node[03-04]-ib,z1": "rack1node03-ib",
		"a-b_c.lab[5]":               "a-b_c.lab5",
		"[1-4]":                      "1",
		"a,[":                        "a", // what follows is not read
		"":                           "", ",a": "", "a[": "", "a[]": "", "a[1": "", "a[x]": "", "a[1-]": "", "a[-1]": "", "a[1,]": "", "a]": "",
		"a b": "", "a\n": "", "ä": "", "a[1[2]]": "", "a[1-2-3]": "", strings.Repeat("a", 254): "",
	} {
		got, err := firstHost(list)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v, want %q", list, got, err, want)
		}
	}
}

// whole is a list of one machine or of several with the same letters.
var (
	whole    = regexp.MustCompile(`^(?:[a-zA-Z0-9._-]|\[[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*\])+(?:,|$)`)
	brackets = regexp.MustCompile(`\[([0-9]+)[^\]]*\]`)
)

// FuzzFirstHost compares the parser with regular expressions.
func FuzzFirstHost(f *testing.F) {
	for _, seed := range []string{"node1,node2", "node[001-003,007],other", "rack[1-2]node[03-04]-ib", "a[", "a[1-]", ",", "a]b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		want := ""
		if first := whole.FindString(list); first != "" {
			want = strings.TrimSuffix(brackets.ReplaceAllString(first, "$1"), ",")
		}
		if len(want) > 253 {
			want = ""
		}
		if got, err := firstHost(list); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v, want %q", list, got, err, want)
		}
	})
}
