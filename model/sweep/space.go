// Package sweep lays out many runs: every combination of a grid, values drawn at random, seeds, and the rungs of successive
// halving. It says which runs there are, and starts none.
package sweep

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gorgan/kernels"
)

// Plan is the content of a sweep's file.
type Plan struct {
	Out     string         // the folder of the runs
	Fixed   map[string]any // settings that all runs have
	Seeds   []uint64       // at least one
	Grid    map[string][]any
	Random  Random
	Halving *Halving // nil for none
}

// Random are settings whose values are drawn.
type Random struct {
	Draws int    // how many, 0 for none
	Seed  uint64 // of the draws
	// Ranges are the settings. A draw is the same whatever other settings there are.
	Ranges map[string]Range
}

// Range is what a setting is drawn from: Values, or numbers from From to To.
type Range struct {
	Values   []any
	From, To float64
	Log      bool // the logarithm is uniform, and not the number
	Whole    bool // whole numbers, To among them
}

// Setting is a setting of a run as text, as its flag takes it.
type Setting struct{ Name, Value string }

// Trial is a run of the sweep.
type Trial struct {
	Name     string    // of its folder in Plan.Out
	Group    string    // the name without the seed: trials of a group differ in the seed alone
	Settings []Setting // those that are fixed, then those drawn and of the grid, each by name, and the seed last
}

// MostTrials is the largest number of runs of a sweep.
const MostTrials = 10000

// Trials returns all runs, in an order that stays: seeds change fastest, then the grid's settings from the last by name, then
// the draws. text writes a value as its flag takes it. It returns an error for a value that it refuses, for two runs of one
// name, and if there are too many.
func (p *Plan) Trials(text func(any) (string, error)) (all []Trial, err error) {
	fixed, err := settingsOf(p.Fixed, text)
	if err != nil {
		return nil, err
	}
	draws, err := p.Random.draws(text)
	if err != nil {
		return nil, err
	}
	points, err := p.points(text)
	if err != nil {
		return nil, err
	}
	if n := len(draws) * len(points) * len(p.Seeds); n > MostTrials {
		return nil, fmt.Errorf("the sweep has %d runs, want %d at most", n, MostTrials)
	}
	named := map[string]bool{}
	for n, drawn := range draws {
		for _, point := range points {
			varied := slices.Concat(drawn, point)
			name := point // a draw has its number in it, and not its values, which may be equal
			if len(drawn) > 0 {
				name = append([]Setting{{"draw", fmt.Sprint(n)}}, point...)
			}
			for _, seed := range p.Seeds {
				s := Setting{"seed", fmt.Sprint(seed)}
				t := Trial{Name: folderName(append(slices.Clone(name), s)), Group: folderName(name), Settings: slices.Concat(fixed, varied, []Setting{s})}
				if named[t.Name] {
					return nil, fmt.Errorf("two runs have the name %s; a value is there twice, or two differ in signs that a folder's name leaves out", t.Name)
				}
				named[t.Name] = true
				all = append(all, t)
			}
		}
	}
	return all, nil
}

func settingsOf(values map[string]any, text func(any) (string, error)) (all []Setting, err error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		s := Setting{Name: name}
		if s.Value, err = text(values[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// points returns the combinations of the grid's values, or one of none.
func (p *Plan) points(text func(any) (string, error)) ([][]Setting, error) {
	points := [][]Setting{nil}
	for _, name := range slices.Sorted(maps.Keys(p.Grid)) {
		var next [][]Setting
		for _, point := range points {
			for _, v := range p.Grid[name] {
				value, err := text(v)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				next = append(next, append(slices.Clone(point), Setting{name, value}))
			}
			if len(next) > MostTrials {
				return nil, fmt.Errorf("the grid has more than %d runs", MostTrials)
			}
		}
		points = next
	}
	return points, nil
}

// draws returns the settings of each draw, or one draw of none.
func (r Random) draws(text func(any) (string, error)) ([][]Setting, error) {
	if len(r.Ranges) == 0 {
		return [][]Setting{nil}, nil
	}
	if r.Draws > MostTrials {
		return nil, fmt.Errorf("draws is %d, want %d at most", r.Draws, MostTrials)
	}
	all := make([][]Setting, r.Draws)
	for i := range all {
		for _, name := range slices.Sorted(maps.Keys(r.Ranges)) {
			value, err := text(r.Ranges[name].at(r.uniform(name, uint32(i))))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all[i] = append(all[i], Setting{name, value})
		}
	}
	return all, nil
}

// uniform returns a number in [0,1) for a setting in a draw. It depends on the seed, the name and the draw alone.
func (r Random) uniform(name string, draw uint32) float64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	key := h.Sum64()
	words := kernels.Philox4x32([4]uint32{draw, uint32(key), uint32(key >> 32), 0}, [2]uint32{uint32(r.Seed), uint32(r.Seed >> 32)})
	return float64(uint64(words[0])<<21|uint64(words[1])>>11) / (1 << 53)
}

// at returns the value of a range for a uniform number.
func (r Range) at(u float64) any {
	if len(r.Values) > 0 {
		return r.Values[int(u*float64(len(r.Values)))]
	}
	from, to := r.From, r.To
	if r.Whole {
		to++ // whole numbers have equal parts of what follows
	}
	v := from + u*(to-from)
	if r.Log {
		v = math.Exp(math.Log(from) + u*(math.Log(to)-math.Log(from)))
	}
	if r.Whole {
		return int64(min(max(math.Floor(v), from), r.To)) // exp and log round
	}
	// Six digits are enough, and short to read and to type.
	if short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64); err == nil {
		v = short
	}
	return min(max(v, r.From), r.To)
}

// Validate returns an error for a range that nothing can be drawn from.
func (r Range) Validate() error {
	switch {
	case len(r.Values) > 0:
		return nil
	case math.IsInf(r.From, 0) || math.IsInf(r.To, 0):
		return fmt.Errorf("it goes from %v to %v, want finite numbers", r.From, r.To)
	case !(r.From < r.To):
		return fmt.Errorf("it goes from %v to %v, want a larger number second", r.From, r.To)
	case r.Log && r.From <= 0:
		return errors.New("a logarithmic range begins above 0")
	}
	return nil
}

// longestName is the length of the longest name of a run's folder that is not cut.
const longestName = 120

var unfit = regexp.MustCompile(`[^A-Za-z0-9.,+-]+`)

// folderName names a run by its settings: loss-hinge_r1-3_seed-2, or draw-7_loss-hinge_seed-2.
func folderName(settings []Setting) string {
	var parts []string
	for _, s := range settings {
		parts = append(parts, strings.ReplaceAll(s.Name, "_", "-")+"-"+unfit.ReplaceAllString(s.Value, "-"))
	}
	name := strings.Join(parts, "_")
	if len(name) > longestName {
		name = fmt.Sprintf("%s_%x", name[:longestName-9], sha256.Sum256([]byte(name)))[:longestName]
	}
	return name
}
