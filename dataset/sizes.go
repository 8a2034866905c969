package dataset

// sizes holds the sizes of the images of a list, in 4 bytes each. It also counts the images of
// each size and of each number of channels.
type sizes struct {
	of    []int32 // by image: 0 if unreadable, else 1 more than the index in kinds
	kinds []sizeKind
	index map[Size]int32
}

type sizeKind struct {
	size     Size
	images   int
	channels map[int]int
}

func newSizes(n int) *sizes { return &sizes{of: make([]int32, n), index: map[Size]int32{}} }

// set notes image i.
func (s *sizes) set(i int, size Size, channels int) {
	k, known := s.index[size]
	if !known {
		s.kinds = append(s.kinds, sizeKind{size, 0, map[int]int{}})
		k = int32(len(s.kinds))
		s.index[size] = k
	}
	s.of[i] = k
	s.kinds[k-1].images++
	s.kinds[k-1].channels[channels]++
}

// get returns the size of image i, or the zero Size if it could not be read.
func (s *sizes) get(i int) Size {
	if k := s.of[i]; k > 0 {
		return s.kinds[k-1].size
	}
	return Size{}
}

// usual returns the most common size. Of several, it returns the one that came first.
func (s *sizes) usual() (usual Size) {
	most := 0
	for _, k := range s.kinds {
		if k.images > most {
			usual, most = k.size, k.images
		}
	}
	return usual
}
