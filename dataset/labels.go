package dataset

// labels are the labels of a set's images. They take as little memory as their source allows:
// none for images without labels, a byte each from an IDX file, 4 bytes each from a list.
type labels struct {
	count int
	bytes []byte  // 0 to 255, if not nil
	wide  []int32 // -1 for none, if not nil
}

func unlabelled(n int) labels { return labels{count: n} }

func byteLabels(b []byte) labels { return labels{count: len(b), bytes: b} }

func wideLabels(l []int32) labels { return labels{count: len(l), wide: l} }

// at is the label of image i, -1 for none.
func (l labels) at(i int) int {
	switch {
	case l.bytes != nil:
		return int(l.bytes[i])
	case l.wide != nil:
		return int(l.wide[i])
	}
	return -1
}

// first returns the labels of the first n images.
func (l labels) first(n int) labels {
	l.count = n
	if l.bytes != nil {
		l.bytes = l.bytes[:n:n]
	}
	if l.wide != nil {
		l.wide = l.wide[:n:n]
	}
	return l
}

// selected returns the labels of the images that indices names.
func (l labels) selected(indices []int) labels {
	if l.bytes == nil && l.wide == nil {
		return unlabelled(len(indices))
	}
	wide := make([]int32, len(indices))
	for k, i := range indices {
		wide[k] = int32(l.at(i))
	}
	return wideLabels(wide)
}
