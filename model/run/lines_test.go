package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgan/model"
)

// TestReadLines: every line up to the step that can be read, whatever stands between.
func TestReadLines(t *testing.T) {
	long := `{"step":7,"x":"` + strings.Repeat("x", longestLine) + `"}` + "\n"
	for name, c := range map[string]struct {
		text    string
		steps   []uint32
		torn    bool
		damaged int
	}{
		"whole":              {"{\"step\":1}\n{\"step\":2}\n", []uint32{1, 2}, false, 0},
		"empty":              {"", nil, false, 0},
		"later steps":        {"{\"step\":1}\n{\"step\":9}\n", []uint32{1}, false, 0},
		"cut short":          {"{\"step\":1}\n{\"st", []uint32{1}, true, 0},
		"without an end":     {"{\"step\":1}\n{\"step\":2}", []uint32{1}, true, 0},
		"bad in the middle":  {"{\"step\":1}\n{\"st\n{\"step\":3}\n", []uint32{1, 3}, false, 1},
		"NULs at the end":    {"{\"step\":1}\n" + strings.Repeat("\x00", 3<<20), []uint32{1}, true, 0},
		"NULs in the middle": {"{\"step\":1}\n" + strings.Repeat("\x00", 100000) + "{\"step\":2}\n{\"step\":3}\n", []uint32{1, 3}, false, 1},
		"too long":           {"{\"step\":1}\n" + long + "{\"step\":3}\n", []uint32{1, 3}, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lines")
			must(t, os.WriteFile(path, []byte(c.text), 0o666))
			l, err := readLines(path, 8, func(m model.Metrics) uint32 { return m.Step })
			must(t, err)
			var steps []uint32
			for _, m := range l.Noted {
				steps = append(steps, m.Step)
			}
			if !slices.Equal(steps, c.steps) || l.torn != c.torn || l.damaged != c.damaged {
				t.Errorf("got steps %v, torn %v, damaged %d; want %v, %v, %d", steps, l.torn, l.damaged, c.steps, c.torn, c.damaged)
			}
		})
	}
}
