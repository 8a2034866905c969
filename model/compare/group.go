package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorgan/model/run"
)

// grouped divides runs into groups by their values, and sorts each by seed.
func grouped(all []member) (groups [][]member, err error) {
	for _, m := range all {
		i := slices.IndexFunc(groups, func(g []member) bool { return slices.Equal(g[0].values, m.values) })
		if i < 0 {
			groups = append(groups, []member{m})
			continue
		}
		for _, other := range groups[i] {
			if d := otherwise(other, m); len(d) > 0 {
				return nil, fmt.Errorf("%s and %s are of the same group, and differ in more than the seed: %s; group by that too, or leave one out", other.Dir, m.Dir, strings.Join(d, "; "))
			}
			if other.Seed == m.Seed {
				return nil, fmt.Errorf("%s and %s are of the same group, and both of seed %d; leave one out", other.Dir, m.Dir, m.Seed)
			}
		}
		groups[i] = append(groups[i], m)
	}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b member) int { return cmp.Compare(a.Seed, b.Seed) })
	}
	return groups, nil
}

// shaping returns the settings that shape a run's weights, but for its seed.
func shaping() []string {
	names := slices.DeleteFunc(run.ModelSettings(), func(name string) bool { return name == "seed" })
	return append(names, "images", "mirror", "initial_weights")
}

// otherwise returns the settings but for the seed in which two runs differ.
func otherwise(a, b member) (all []string) {
	for _, name := range shaping() {
		x, _ := a.settings.Setting(name)
		y, _ := b.settings.Setting(name)
		if p, q := text(x), text(y); p != q {
			all = append(all, fmt.Sprintf("%s is %s and %s", name, cmp.Or(p, `""`), cmp.Or(q, `""`)))
		}
	}
	return all
}

// label names a group: the value of its one setting, or all with their names.
func label(by, values []string) string {
	if len(by) == 1 {
		return values[0]
	}
	var parts []string
	for i, name := range by {
		parts = append(parts, name+" "+values[i])
	}
	return strings.Join(parts, ", ")
}

// fill sets the groups of the table and its baseline.
func (t *Table) fill(groups [][]member, o Options) error {
	var labels []string
	var seeds []uint64
	for _, g := range groups {
		labels = append(labels, label(o.By, g[0].values))
		for _, m := range g {
			seeds = append(seeds, m.Seed)
		}
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	t.Baseline = cmp.Or(o.Baseline, labels[0])
	base := slices.Index(labels, t.Baseline)
	if base < 0 {
		return fmt.Errorf("there is no group %.80q to compare with, want one of %s", o.Baseline, strings.Join(labels, "; "))
	}
	for i, g := range groups {
		group := Group{Label: labels[i], Values: g[0].values}
		for _, m := range g {
			group.Runs = append(group.Runs, m.Member)
		}
		for _, seed := range seeds {
			if !slices.ContainsFunc(g, func(m member) bool { return m.Seed == seed }) {
				group.Missing = append(group.Missing, seed)
			}
		}
		for _, name := range o.Figures {
			f, err := figureOf(name, g, groups[base], o.Confidence)
			if err != nil {
				return err
			}
			if i == base {
				f.Difference = nil
			}
			group.Figures = append(group.Figures, f)
		}
		t.Groups = append(t.Groups, group)
	}
	return nil
}

// note says what a reader should know.
func (t *Table) note(all []member, o Options) {
	for _, g := range t.Groups {
		if len(g.Missing) > 0 {
			t.Notes = append(t.Notes, fmt.Sprintf("%s lacks runs of seed %s", g.Label, strings.Trim(fmt.Sprint(g.Missing), "[]")))
		}
	}
	for _, name := range shaping() {
		var values []string
		for _, m := range all {
			v, _ := m.settings.Setting(name)
			if one := cmp.Or(text(v), `""`); !slices.Contains(values, one) {
				values = append(values, one)
			}
		}
		if len(values) > 1 && !slices.Contains(o.By, name) {
			t.Notes = append(t.Notes, fmt.Sprintf("between the groups %s differs too: %s", name, strings.Join(values, "; ")))
		}
	}
	if o.Best {
		return // each has its own step
	}
	steps := map[uint32]string{}
	for _, m := range all {
		if _, known := steps[m.Step]; !known {
			steps[m.Step] = m.Dir
		}
	}
	if len(steps) > 1 {
		var parts []string
		for _, m := range all {
			if steps[m.Step] == m.Dir {
				parts = append(parts, fmt.Sprintf("%d of %s", m.Step, m.Dir))
			}
		}
		t.Notes = append(t.Notes, "the evaluations are of different steps: "+strings.Join(parts, ", "))
	}
}
