package model

import (
	"fmt"

	"gorgan/dataset"
)

// MaxClasses is the largest number of classes. A larger one is surely a mistake: the first layer of
// each net has a row of weights for each class.
const MaxClasses = 1 << 16

// labelsOf returns the labels of a set. It returns an error for a label that is not a class.
func labelsOf(set *dataset.Set, classes int) ([]uint32, error) {
	all := make([]uint32, set.Len())
	for i := range all {
		label := set.Label(i)
		if label < 0 {
			return nil, fmt.Errorf("model: image %d of %s has no label, want a label for each image because classes is %d; classes 0 trains without labels", i, set.Name(), classes)
		}
		if label >= classes {
			return nil, fmt.Errorf("model: image %d of %s has label %d, want 0 to %d because classes is %d", i, set.Name(), label, classes-1, classes)
		}
		all[i] = uint32(label)
	}
	return all, nil
}

// Labels returns the labels (len(seeds)) of the samples of seeds: the classes in turn. So a seed
// stands for one image of a conditional generator too. It returns nil for a net without classes.
func (c Config) Labels(seeds []uint64) []uint32 {
	if c.Classes == 0 {
		return nil
	}
	labels := make([]uint32, len(seeds))
	for i, seed := range seeds {
		labels[i] = uint32(seed % uint64(c.Classes))
	}
	return labels
}
