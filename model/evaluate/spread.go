package evaluate

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Spread makes one report of several that differ only in the seed of the samples. Each figure is
// the mean of theirs, and its spread is their standard deviation (with n-1). The counts of classes
// are added. The floors stay. It does not change the reports. It returns an error if there are
// fewer than two, or if they have other figures, classifiers or reference images.
func Spread(reports []*Report) (*Report, error) {
	if len(reports) < 2 {
		return nil, fmt.Errorf("evaluate: %d reports, want two or more for a spread", len(reports))
	}
	all := *reports[0]
	all.Nearest, all.Seeds = nil, slices.Clone(all.Seeds)
	all.Figures, all.Classes = slices.Clone(all.Figures), slices.Clone(all.Classes)
	for i, r := range reports[1:] {
		if !all.comparable(r) {
			return nil, fmt.Errorf("evaluate: report %d has other figures, another classifier or other reference images than report 0", i+1)
		}
		all.Seeds = append(all.Seeds, r.Seeds...)
		for k, c := range r.Classes {
			all.Classes[k].Count += c.Count
			all.Classes[k].Floor += c.Floor
		}
	}
	for k := range all.Figures {
		f := &all.Figures[k]
		values := make([]float64, len(reports))
		for i, r := range reports {
			values[i] = r.Figures[k].Value
		}
		f.Value, f.Spread = stat.MeanStdDev(values, nil)
		f.Over = fmt.Sprintf("%d seeds, standard deviation", len(reports))
	}
	return &all, nil
}

// comparable says whether the figures of r mean the same as those of s.
func (r *Report) comparable(s *Report) bool {
	if r.Count != s.Count || r.Train != s.Train || r.Validation != s.Validation || r.Test != s.Test || r.Division != s.Division || r.Floor != s.Floor || r.FloorSeed != s.FloorSeed ||
		(r.Classifier == nil) != (s.Classifier == nil) || r.Classifier != nil && r.Classifier.SHA256 != s.Classifier.SHA256 {
		return false
	}
	return slices.EqualFunc(r.Figures, s.Figures, func(a, b Figure) bool { return a.Name == b.Name && a.Floor == b.Floor }) &&
		slices.EqualFunc(r.Classes, s.Classes, func(a, b Class) bool { return a.Label == b.Label })
}
