package project

import (
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Spread describes the distances of images from what a generator can make of them.
type Spread struct {
	Of     string  `json:"of"` // which images
	Count  int     `json:"count"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"` // nine tenths of the distances are at most this
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// SpreadOf describes the distances of one image or more.
func SpreadOf(of string, found []Found) Spread {
	var d []float64
	for _, f := range found {
		d = append(d, f.Distance)
	}
	slices.Sort(d)
	at := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, d, nil) }
	return Spread{of, len(d), at(0.5), at(0.9), d[0], d[len(d)-1]}
}
