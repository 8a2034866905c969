package model

import (
	"fmt"

	"gorgan/dataset"
)

// MaxClasses is how many labels can be told apart: a label is a byte.
const MaxClasses = 256

// labelsOf returns the labels of a set as bytes, or an error if one is none of the
// classes.
func labelsOf(set *dataset.Set, classes int) ([]uint8, error) {
	all := make([]uint8, set.Len())
	for i := range all {
		label := set.Label(i)
		if label < 0 {
			return nil, fmt.Errorf("model: image %d of %s has no label, want one of the %d of classes; classes 0 trains without labels", i, set.Name(), classes)
		}
		if label >= classes {
			return nil, fmt.Errorf("model: image %d of %s has label %d, want below %d, which is classes", i, set.Name(), label, classes)
		}
		all[i] = uint8(label)
	}
	return all, nil
}

// Labels returns the labels of numbered samples: the classes in turn, so that a seed
// names one image of a conditional generator too. It is nil for one that is not.
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
