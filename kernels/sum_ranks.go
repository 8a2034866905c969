package kernels

import "gorgonia.org/tensor"

// SumRanks replaces the x (n) of each rank by factor times the sum over the ranks, in the order of TreeSum. Each rank
// gets a slice of every x, adds it, and gives the sum to all. n is a multiple of the number of ranks, which is a power
// of two. parts (n) and part (n/ranks) are memory for it. All ranks call it at the same time. If each x is a TreeSum
// of a rank's share of rows, the result has the bits of the TreeSum of all rows, for any number of ranks.
//
// A slice is sent once to its rank and its sum once back, so a rank sends 2·(ranks-1)/ranks·n numbers, as with the
// reduce-scatter and all-gather of Rabenseifner, "Optimization of Collective Reduction Operations", ICCS 2004.
func SumRanks(dev Device, x, parts, part *tensor.Dense, factor float32) error {
	if err := dev.AllToAll(parts, x); err != nil {
		return err
	}
	if err := TreeSum(dev, part, parts, factor); err != nil {
		return err
	}
	return dev.AllGather(x, part)
}
