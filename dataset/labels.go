package dataset

// labels are the labels of a set's images. They take no memory if no image has one.
type labels struct {
	count int
	each  []int32 // -1 for none; nil if no image has a label
}

func unlabelled(n int) labels { return labels{count: n} }

func labelled(each []int32) labels { return labels{len(each), each} }

// at is the label of image i, -1 for none.
func (l labels) at(i int) int {
	if l.each == nil {
		return -1
	}
	return int(l.each[i])
}

// first returns the labels of the first n images.
func (l labels) first(n int) labels {
	l.count = n
	if l.each != nil {
		l.each = l.each[:n:n]
	}
	return l
}

// selected returns the labels of the images that indices names.
func (l labels) selected(indices []int) labels {
	if l.each == nil {
		return unlabelled(len(indices))
	}
	each := make([]int32, len(indices))
	for k, i := range indices {
		each[k] = l.each[i]
	}
	return labelled(each)
}
