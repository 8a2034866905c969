package tune

import (
	"testing"

	"gorgan/kernels/plan"
)

// TestFastest: the tile that saves the most is chosen, and none that saves too little to be sure.
func TestFastest(t *testing.T) {
	for name, c := range map[string]struct {
		pairs []*pair
		want  plan.Choice
	}{
		"slower":           {[]*pair{{choice: "own:a@1", without: 10, with: 11}}, plan.CUBLAS},
		"hardly faster":    {[]*pair{{choice: "own:a@1", without: 10, with: 9.85}}, plan.CUBLAS},
		"faster":           {[]*pair{{choice: "own:a@1", without: 10, with: 9.7}}, "own:a@1"},
		"saves more":       {[]*pair{{choice: "own:a@1", without: 10, with: 9}, {choice: "own:b@1", without: 20, with: 17}}, "own:b@1"},
		"takes in nothing": {[]*pair{{choice: "own:a@1", without: 20, with: 17}, {choice: "own:b@1", without: 10, with: 9}}, "own:a@1"},
	} {
		got, micros := fastest(c.pairs)
		if got != c.want || micros[plan.CUBLAS] != c.pairs[0].without || micros["own:a@1"] != c.pairs[0].with {
			t.Errorf("%s: got %s, %v, want %s", name, got, micros, c.want)
		}
	}
}
