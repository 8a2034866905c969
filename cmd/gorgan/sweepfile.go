package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/model/sweep"
)

// sweepFile is the TOML file of a sweep.
type sweepFile struct {
	Out     string           `toml:"out"`
	Seeds   string           `toml:"seeds"`
	Fixed   map[string]any   `toml:"fixed"`
	Grid    map[string][]any `toml:"grid"`
	Random  map[string]any   `toml:"random"`
	Halving *struct {
		First  int64 `toml:"first"`
		Factor int64 `toml:"factor"`
	} `toml:"halving"`
}

// readSweep reads and checks the file of a sweep.
func readSweep(path string) (*sweep.Plan, error) {
	text, err := atomicfile.Read(path, longestConfig)
	if err != nil {
		return nil, err
	}
	var f sweepFile
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		if e, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(e.Errors) > 0 {
			line, column := e.Errors[0].Position()
			return nil, usageError{fmt.Errorf("%s:%d:%d: %s is no key of a sweep, want out, seeds, fixed, grid, random or halving", path, line, column, strings.Join(e.Errors[0].Key(), "."))}
		}
		return nil, usageError{tomlFault(path, err)}
	}
	p, err := f.plan()
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return p, nil
}

func (f *sweepFile) plan() (*sweep.Plan, error) {
	p := &sweep.Plan{Out: f.Out, Fixed: f.Fixed, Grid: f.Grid, Random: sweep.Random{Ranges: map[string]sweep.Range{}}}
	if p.Out == "" {
		return nil, errors.New("out is missing, want the folder for the runs")
	}
	p.Seeds = []uint64{1}
	if f.Seeds != "" {
		var err error
		if p.Seeds, err = parseRanges("seeds", f.Seeds); err != nil {
			return nil, fmt.Errorf("seeds is %.40q, want numbers as in \"1-5\"", f.Seeds)
		}
	}
	if err := f.random(&p.Random); err != nil {
		return nil, fmt.Errorf("random: %w", err)
	}
	section, known := map[string]string{}, newTrain(nil).Flags
	for name, keys := range map[string][]string{"fixed": slices.Collect(maps.Keys(f.Fixed)), "grid": slices.Collect(maps.Keys(f.Grid)), "random": slices.Collect(maps.Keys(p.Random.Ranges))} {
		for _, key := range keys {
			if err := sweepable(key, known); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if other, twice := section[key]; twice {
				return nil, fmt.Errorf("%s is in two sections, %s and %s", key, min(name, other), max(name, other))
			}
			section[key] = name
		}
	}
	for key, values := range f.Grid {
		if len(values) == 0 {
			return nil, fmt.Errorf("grid: %s has no values", key)
		}
	}
	if h := f.Halving; h != nil {
		if h.First < 1 || h.First >= 1<<32 || h.Factor < 2 || h.Factor > 1000 {
			return nil, fmt.Errorf("halving: first is %d and factor %d, want 1 to 2^32-1 steps and 2 to 1000", h.First, h.Factor)
		}
		if section["steps"] != "" && section["steps"] != "fixed" {
			return nil, errors.New("halving: steps must be fixed, as it compares runs after equal steps")
		}
		p.Halving = &sweep.Halving{First: uint32(h.First), Factor: int(h.Factor)}
	}
	return p, nil
}

// random reads the section random: draws, seed, and for each setting a list or {from, to, scale}.
func (f *sweepFile) random(to *sweep.Random) error {
	for key, value := range f.Random {
		n, isNumber := value.(int64)
		switch key {
		case "draws", "seed":
			if !isNumber || n < 0 {
				return fmt.Errorf("%s is %v, want a whole number of 0 or more", key, value)
			}
			if key == "seed" {
				to.Seed = uint64(n)
			} else {
				to.Draws = int(min(n, sweep.MostTrials+1))
			}
			continue
		}
		r, err := rangeOf(value)
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		to.Ranges[key] = r
	}
	if (to.Draws > 0) != (len(to.Ranges) > 0) {
		return fmt.Errorf("draws is %d, and the settings to draw are %d; want 1 or more of each", to.Draws, len(to.Ranges))
	}
	return nil
}

func rangeOf(value any) (r sweep.Range, err error) {
	wrong := errors.New(`want a list, or { from = 1e-5, to = 1e-2, scale = "log" }`)
	if list, ok := value.([]any); ok && len(list) > 0 {
		return sweep.Range{Values: list}, nil
	}
	table, ok := value.(map[string]any)
	if !ok {
		return r, wrong
	}
	whole := 0
	for key, v := range table {
		var number float64
		switch n := v.(type) {
		case int64:
			number = float64(n)
			whole++
		case float64:
			number = n
		case string:
			if key != "scale" || n != "log" && n != "linear" {
				return r, fmt.Errorf("%s is %.40q; %w", key, n, wrong)
			}
			r.Log = n == "log"
			continue
		default:
			return r, wrong
		}
		switch key {
		case "from":
			r.From = number
		case "to":
			r.To = number
		default:
			return r, fmt.Errorf("%s is no key of a range; %w", key, wrong)
		}
	}
	if table["from"] == nil || table["to"] == nil {
		return r, wrong
	}
	r.Whole = whole == 2
	return r, nil
}

// sweepable returns an error for a key that is no setting of a run in a sweep. known are the flags of train.
func sweepable(key string, known []cli.Flag) error {
	flag := strings.ReplaceAll(key, "_", "-")
	switch {
	case key == "seed":
		return errors.New("seed is no setting of a sweep: seeds has all of them")
	case slices.Contains([]string{"resume", "out", "continue", "for", "json", "serve", "address"}, flag):
		return fmt.Errorf("%s is no setting of a sweep", key)
	case !hasFlag(known, flag) || strings.Contains(key, "-"):
		var keys []string
		for _, f := range known {
			keys = append(keys, strings.ReplaceAll(f.Names()[0], "-", "_"))
		}
		return fmt.Errorf("%s is no setting%s", key, didYouMean(strings.ReplaceAll(key, "-", "_"), keys))
	}
	return nil
}
