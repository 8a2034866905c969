package sweep

import (
	"cmp"
	"math"
	"slices"
)

// Halving is successive halving (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
// Optimization", AISTATS 2016, section 3): all groups train to a few steps, the best of them go on, and so again.
type Halving struct {
	First  uint32 // the steps of the first rung
	Factor int    // of each rung one group in so many goes on, and trains to so many times the steps; 2 or more
}

// Rungs returns the steps at which groups are compared. The last is steps, at which those that are left end.
func (h *Halving) Rungs(steps uint32) (rungs []uint32) {
	if h != nil {
		for n := uint64(h.First); n < uint64(steps); n *= uint64(h.Factor) {
			rungs = append(rungs, uint32(n))
		}
	}
	return append(rungs, steps)
}

// Score is what a group has come to at a rung: the mean over its seeds of a figure that is lower when better. NaN stands for
// a group of which a run failed, and is worse than any.
type Score struct {
	Group string
	Mean  float64
}

// GoOn returns the groups of a rung that go on: the best, one in Factor, rounded up. Of equal ones the earlier goes on.
// Groups that failed do not.
func (h *Halving) GoOn(scores []Score) (groups []string) {
	ranked := slices.Clone(scores)
	slices.SortStableFunc(ranked, func(a, b Score) int {
		switch x, y := math.IsNaN(a.Mean), math.IsNaN(b.Mean); {
		case x != y && x:
			return 1
		case x != y:
			return -1
		}
		return cmp.Compare(a.Mean, b.Mean)
	})
	for _, s := range ranked[:(len(ranked)+h.Factor-1)/h.Factor] {
		if !math.IsNaN(s.Mean) {
			groups = append(groups, s.Group)
		}
	}
	return groups
}
