package compare

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gorgan/model/evaluate"
)

// Figure is a figure of a group of runs.
type Figure struct {
	Name   string          `json:"name"`
	Unit   string          `json:"unit,omitempty"`
	Better evaluate.Better `json:"better,omitempty"`
	Mean   float64         `json:"mean"`
	// Deviation is the standard deviation over the seeds, with n-1. It is 0 for a single run.
	Deviation  float64     `json:"deviation"`
	Values     []float64   `json:"values"` // in the order of Group.Runs
	Floor      float64     `json:"floor"`  // the mean of the floors
	Difference *Difference `json:"difference,omitempty"`
}

// Difference is that of a group and the baseline, over the seeds that both have: the mean of the group's value less the
// baseline's of the same seed.
type Difference struct {
	Seeds     []uint64 `json:"seeds"`
	Mean      float64  `json:"mean"`
	Deviation float64  `json:"deviation"` // of the differences
	// Interval is Student's for the mean, for independent and normal differences: mean ± t·deviation/√n, with t the quantile
	// (1+confidence)/2 of the distribution with n-1 degrees of freedom. It is nil for one seed.
	Interval *[2]float64 `json:"interval,omitempty"`
}

// figureOf computes a figure of a group, and its difference from a baseline. Both are sorted by seed.
func figureOf(name string, group, base []member, confidence float64) (f Figure, err error) {
	var floors []float64
	for _, m := range group {
		of, err := m.figure(name)
		if err != nil {
			return f, err
		}
		f.Name, f.Unit, f.Better = of.Name, of.Unit, of.Better
		f.Values, floors = append(f.Values, of.Value), append(floors, of.Floor)
	}
	f.Mean, f.Deviation = meanDeviation(f.Values)
	f.Floor, _ = meanDeviation(floors)
	var d Difference
	var values []float64
	for i, m := range group {
		for _, b := range base {
			if b.Seed != m.Seed {
				continue
			}
			of, err := b.figure(name)
			if err != nil {
				return f, err
			}
			d.Seeds, values = append(d.Seeds, m.Seed), append(values, f.Values[i]-of.Value)
		}
	}
	if len(values) == 0 {
		return f, nil
	}
	d.Mean, d.Deviation = meanDeviation(values)
	if n := float64(len(values)); n > 1 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile((1 + confidence) / 2)
		half := t * d.Deviation / math.Sqrt(n)
		d.Interval = &[2]float64{d.Mean - half, d.Mean + half}
	}
	f.Difference = &d
	return f, nil
}

// meanDeviation returns the mean and the standard deviation with n-1, which is 0 for one value.
func meanDeviation(values []float64) (mean, deviation float64) {
	if len(values) == 1 {
		return values[0], 0
	}
	return stat.MeanStdDev(values, nil)
}
