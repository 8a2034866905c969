package ranks

import (
	"fmt"
	"strings"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// TestAgree: ranks with the same facts agree. Others get one sentence, the same for all, which names what differs,
// its values and who has them.
func TestAgree(t *testing.T) {
	same := []Fact{{"settings", "a1b2"}, {"data", "c3"}, {"version", "1.0"}}
	long := strings.Repeat("x", 3000)
	many := func(last string) (facts []Fact) {
		for i := range 60 {
			facts = append(facts, Fact{fmt.Sprint("fact ", i), strings.Repeat("y", 200)})
		}
		return append(facts, Fact{"last", last})
	}
	for name, c := range map[string]struct {
		facts [][]Fact
		want  string
	}{
		"one rank":         {[][]Fact{same}, ""},
		"the same":         {[][]Fact{same, same, same}, ""},
		"no facts":         {[][]Fact{nil, nil}, ""},
		"in another order": {[][]Fact{same, {same[2], same[0], same[1]}}, ""},
		"the same long":    {[][]Fact{{{"a", long}}, {{"a", long}}}, ""},
		"one differs": {[][]Fact{same, {{"settings", "zz"}, same[1], same[2]}, same, same, same},
			`settings is "a1b2" on ranks 0, 2-4, "zz" on rank 1`},
		"two differ": {[][]Fact{same, {{"settings", "zz"}, {"data", "d"}, same[2]}, {{"settings", "zz"}, same[1], same[2]}},
			`data is "c3" on ranks 0, 2, "d" on rank 1; settings is "a1b2" on rank 0, "zz" on ranks 1, 2`},
		"one is missing":      {[][]Fact{same, same[:2]}, `version is "1.0" on rank 0, not known on rank 1`},
		"one rank knows none": {[][]Fact{same[:1], nil, same[:1]}, `settings is "a1b2" on ranks 0, 2, not known on rank 1`},
		"all differ": {[][]Fact{{{"GPU", "A"}}, {{"GPU", "B"}}, {{"GPU", "C"}}, {{"GPU", "D"}}, {{"GPU", "E"}}, {{"GPU", "F"}}},
			`GPU is "A" on rank 0, "B" on rank 1, "C" on rank 2, "D" on rank 3, 2 more values on others`},
		"many bytes":              {[][]Fact{many("p"), many("q"), many("p")}, `last is "p" on ranks 0, 2, "q" on rank 1`},
		"a command of a terminal": {[][]Fact{{{"a\x1b", "\x1b"}}, {{"a\x1b", "b"}}}, `a? is "\x1b" on rank 0, "b" on rank 1`},
	} {
		groups := kerneltest.Ranks(len(c.facts))
		for rank, err := range every(len(groups), func(rank int) error { return Agree(groups[rank], c.facts[rank]) }) {
			want := "ranks: the ranks do not agree: " + c.want + "; start all with the same program, settings and data, on machines alike"
			if c.want == "" {
				if err != nil {
					t.Errorf("%s: rank %d says %v", name, rank, err)
				}
			} else if err == nil || err.Error() != want {
				t.Errorf("%s: rank %d says %v, want %s", name, rank, err, want)
			}
		}
	}
}

// TestAgreeLong: of long values the end counts too.
func TestAgreeLong(t *testing.T) {
	groups := kerneltest.Ranks(2)
	for rank, err := range every(2, func(rank int) error {
		return Agree(groups[rank], []Fact{{"settings", strings.Repeat("x", 3000) + fmt.Sprint(rank)}})
	}) {
		if err == nil || strings.Count(err.Error(), "... (SHA-256 ") != 2 || len(err.Error()) > 600 {
			t.Errorf("rank %d says %v", rank, err)
		}
	}
}

// TestAgreeTwice: a fact that is there twice is a mistake of the program, which all ranks report.
func TestAgreeTwice(t *testing.T) {
	groups := kerneltest.Ranks(2)
	for rank, err := range every(2, func(rank int) error {
		return Agree(groups[rank], []Fact{{"a", "1"}, {"a", fmt.Sprint(rank)}})
	}) {
		if want := `the facts of rank 0 of 2 cannot be read ("a" is there twice)`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("rank %d says %v, want %s", rank, err, want)
		}
	}
}

// garbled is a group that changes a bit of what arrives from the second call on.
type garbled struct {
	kernels.Group
	calls int
}

func (g *garbled) AllGather(to, from []byte) error {
	err := g.Group.AllGather(to, from)
	if g.calls++; g.calls > 1 {
		to[3] ^= 1
	}
	return err
}

// TestAgreeGarbled: texts that are not those of the digests are an error.
func TestAgreeGarbled(t *testing.T) {
	groups := kerneltest.Ranks(2)
	for rank, err := range every(2, func(rank int) error {
		return Agree(&garbled{Group: groups[rank]}, []Fact{{"a", fmt.Sprint(rank)}})
	}) {
		if err == nil || !strings.Contains(err.Error(), "rank 0 of 2 have not arrived as they were sent") {
			t.Errorf("rank %d says %v", rank, err)
		}
	}
}

// TestAgreeOverTCP: the handshake on the group of this package, and a rank that is missing from it.
func TestAgreeOverTCP(t *testing.T) {
	groups := meeting(t, 3, brief())
	for rank, err := range every(3, func(rank int) error { return Agree(groups[rank], []Fact{{"version", fmt.Sprint(rank / 2)}}) }) {
		if err == nil || !strings.Contains(err.Error(), `version is "0" on ranks 0, 1, "1" on rank 2`) {
			t.Errorf("rank %d says %v", rank, err)
		}
	}
	groups[1].Close()
	if err := Agree(groups[0], nil); err == nil || !strings.Contains(err.Error(), "rank 1 of 3") {
		t.Errorf("rank 0 says %v", err)
	}
}
