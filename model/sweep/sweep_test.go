package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func text(v any) (string, error) {
	if v == nil {
		return "", fmt.Errorf("no value")
	}
	return fmt.Sprint(v), nil
}

func trials(t *testing.T, p Plan) []Trial {
	t.Helper()
	all, err := p.Trials(text)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestGrid: all combinations, each with all seeds, in their order.
func TestGrid(t *testing.T) {
	all := trials(t, Plan{Fixed: map[string]any{"steps": 9, "data": "a b"}, Seeds: []uint64{1, 3}, Grid: map[string][]any{"r1": {0, 3}, "loss": {"hinge", "bce"}}})
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	want := strings.Fields("loss-hinge_r1-0_seed-1 loss-hinge_r1-0_seed-3 loss-hinge_r1-3_seed-1 loss-hinge_r1-3_seed-3 loss-bce_r1-0_seed-1 loss-bce_r1-0_seed-3 loss-bce_r1-3_seed-1 loss-bce_r1-3_seed-3")
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if got, want := fmt.Sprint(all[3].Settings), "[{data a b} {steps 9} {loss hinge} {r1 3} {seed 3}]"; got != want || all[3].Group != "loss-hinge_r1-3" {
		t.Errorf("got %s, want %s", got, want)
	}
	if all := trials(t, Plan{Seeds: []uint64{7}}); len(all) != 1 || all[0].Name != "seed-7" {
		t.Errorf("a sweep of nothing: %v", all)
	}
	long := trials(t, Plan{Seeds: []uint64{1, 2}, Grid: map[string][]any{"gen_layers": {strings.Repeat("dense 9, ", 40), strings.Repeat("dense 9, ", 41)}}})
	for i, one := range long {
		if len(one.Name) > longestName || slices.ContainsFunc(long[:i], func(o Trial) bool { return o.Name == one.Name }) {
			t.Errorf("%q", one.Name)
		}
	}
	for want, p := range map[string]Plan{
		"two runs have the name r1-1_seed-1": {Seeds: []uint64{1}, Grid: map[string][]any{"r1": {1, 1}}},
		"the sweep has 20000 runs":           {Seeds: slices.Repeat([]uint64{1}, 20000)},
		"the grid has more than 10000 runs":  {Seeds: []uint64{1}, Grid: map[string][]any{"a": make100(), "b": make100(), "c": make100()}},
		"steps: no value":                    {Seeds: []uint64{1}, Fixed: map[string]any{"steps": nil}},
		"r1: no value":                       {Seeds: []uint64{1}, Grid: map[string][]any{"r1": {nil}}},
		"draws is 10001, want 10000 at most": {Seeds: []uint64{1}, Random: Random{Draws: 10001, Ranges: map[string]Range{"r1": {To: 1}}}},
	} {
		if _, err := p.Trials(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func make100() (all []any) {
	for i := range 100 {
		all = append(all, i)
	}
	return all
}

// TestRandom: draws lie in their ranges as they should, are the same again, and do not depend on other settings.
func TestRandom(t *testing.T) {
	ranges := map[string]Range{
		"learning_rate": {From: 1e-5, To: 1e-2, Log: true}, "beta1": {From: -0.5, To: 0.5}, "pack": {From: 1, To: 4, Whole: true},
		"batch_size": {From: 16, To: 256, Whole: true, Log: true}, "loss": {Values: []any{"hinge", "bce"}}}
	p := Plan{Seeds: []uint64{1}, Random: Random{Draws: 4000, Seed: 5, Ranges: ranges}}
	drawn := func(p Plan, name string) (all []string) {
		for _, one := range trials(t, p) {
			i := slices.IndexFunc(one.Settings, func(s Setting) bool { return s.Name == name })
			all = append(all, one.Settings[i].Value)
		}
		return all
	}
	share := func(all []string, f func(v float64) bool) float64 {
		n := 0
		for _, s := range all {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			if f(v) {
				n++
			}
		}
		return float64(n) / float64(len(all))
	}
	about := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 0.03 { // four deviations of a share of 4000
			t.Errorf("%s: a share of %v, want %v", what, got, want)
		}
	}
	rates := drawn(p, "learning_rate")
	about("all rates", share(rates, func(v float64) bool { return v >= 1e-5 && v <= 1e-2 }), 1)
	about("small rates", share(rates, func(v float64) bool { return v < 1e-4 }), 1./3)
	about("beta1", share(drawn(p, "beta1"), func(v float64) bool { return v < -0.25 }), 0.25)
	for n := 1.; n <= 4; n++ {
		about("pack", share(drawn(p, "pack"), func(v float64) bool { return v == n }), 0.25)
	}
	about("batch size", share(drawn(p, "batch_size"), func(v float64) bool { return v < 64 }), 0.5)
	about("all batch sizes", share(drawn(p, "batch_size"), func(v float64) bool { return v >= 16 && v <= 256 && v == math.Trunc(v) }), 1)
	if n := len(slices.DeleteFunc(drawn(p, "loss"), func(s string) bool { return s == "bce" })); n < 1880 || n > 2120 {
		t.Errorf("%d of 4000 are hinge", n)
	}
	if !slices.Equal(rates, drawn(p, "learning_rate")) {
		t.Error("the draws are not the same again")
	}
	alone := Plan{Seeds: []uint64{1}, Random: Random{Draws: 4000, Seed: 5, Ranges: map[string]Range{"learning_rate": ranges["learning_rate"]}}}
	if !slices.Equal(rates, drawn(alone, "learning_rate")) {
		t.Error("the draws of a setting depend on others")
	}
	alone.Random.Seed = 6
	if slices.Equal(rates, drawn(alone, "learning_rate")) {
		t.Error("the draws do not depend on the seed")
	}
	for want, r := range map[string]Range{"it goes from 2 to 1": {From: 2, To: 1}, "it goes from 0 to NaN": {To: math.NaN()}, "want finite numbers": {To: math.Inf(1)}, "begins above 0": {From: 0, To: 1, Log: true}} {
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
	for _, r := range ranges {
		if err := r.Validate(); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestHalving(t *testing.T) {
	h := &Halving{First: 100, Factor: 3}
	if got := h.Rungs(1000); !slices.Equal(got, []uint32{100, 300, 900, 1000}) {
		t.Errorf("rungs %v", got)
	}
	if got := h.Rungs(900); !slices.Equal(got, []uint32{100, 300, 900}) {
		t.Errorf("rungs %v", got)
	}
	if got := (*Halving)(nil).Rungs(900); !slices.Equal(got, []uint32{900}) {
		t.Errorf("rungs %v", got)
	}
	if got := (&Halving{First: 1 << 31, Factor: 16}).Rungs(1<<32 - 1); len(got) != 2 {
		t.Errorf("rungs %v", got)
	}
	nan := math.NaN()
	for want, scores := range map[string][]Score{
		"[b a]": {{"a", 3}, {"b", 1}, {"c", 4}, {"d", nan}},
		"[b]":   {{"a", nan}, {"b", 1}, {"d", nan}, {"e", nan}},
		"[a]":   {{"a", 1}, {"b", 1}},
		"[]":    {{"a", nan}},
	} {
		if got := fmt.Sprint(h.GoOn(scores)); got != want {
			t.Errorf("%v: %s, want %s", scores, got, want)
		}
	}
}
