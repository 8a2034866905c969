package evaluate

import (
	"fmt"
	"math"
	"slices"

	"gorgan/dataset"
	"gorgan/kernels"
)

// HoldoutShare is the usual share of the images to hold out.
const HoldoutShare = 0.1

// Holdout divides a set into images to train on and images to hold out. The seed chooses the
// latter, so a set in the order of its classes, as one read from a folder for each class, has all
// classes in both parts. Both keep the order of set. At least two images are held out, and at least
// two are left. share is above 0 and below 1. The new sets are [dataset.Set.Select]'s. It returns an
// error if share is out of range, if there are fewer than four images, or if an image cannot be read.
func Holdout(set *dataset.Set, share float64, seed uint64) (train, held *dataset.Set, err error) {
	n := set.Len()
	if !(share > 0 && share < 1) {
		return nil, nil, fmt.Errorf("evaluate: share of held-out images is %v, want above 0 and below 1", share)
	}
	if n < 4 {
		image := "images"
		if n == 1 {
			image = "image"
		}
		return nil, nil, fmt.Errorf("evaluate: %s: %d %s, want 4 or more to hold some out", set.Name(), n, image)
	}
	count := min(max(int(math.Round(share*float64(n))), 2), n-2)
	if held, err = set.Select(first(count, n, seed)); err != nil {
		return nil, nil, err
	}
	train, err = set.Select(rest(count, n, seed))
	return train, held, err
}

// HoldoutNote says how Holdout chose the images: "10 % held out by seed 0".
func HoldoutNote(share float64, seed uint64) string {
	return fmt.Sprintf("%.4g %% held out by seed %d", 100*share, seed)
}

// first returns count of the numbers 0 to n-1, which the seed chooses, in ascending order.
func first(count, n int, seed uint64) []int { return shuffled(0, count, n, seed) }

// rest returns the numbers that first does not return.
func rest(count, n int, seed uint64) []int { return shuffled(count, n, n, seed) }

// shuffled returns the numbers at the places from to to-1 of a permutation of 0 to n-1, in ascending
// order.
func shuffled(from, to, n int, seed uint64) []int {
	index := make([]int, to-from)
	for i := range index {
		index[i] = int(kernels.Image(uint64(from+i), uint32(n), kernels.Key(seed)))
	}
	slices.Sort(index)
	return index
}
