package dataset

import "gorgan/dataset/raster"

// sizes holds the sizes of the images of a list, in 4 bytes each. It also counts the images of
// each size and of each number of channels.
type sizes struct {
	of    []int32 // by image: 0 if unreadable, else 1 more than the index in kinds
	kinds []sizeKind
	index map[raster.Size]int32
}

type sizeKind struct {
	size     raster.Size
	images   int
	channels map[int]int
}

func newSizes(n int) *sizes { return &sizes{of: make([]int32, n), index: map[raster.Size]int32{}} }

// set notes image i.
func (s *sizes) set(i int, size raster.Size, channels int) {
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

// get returns the size of image i, or the zero raster.Size if it could not be read.
func (s *sizes) get(i int) raster.Size {
	if k := s.of[i]; k > 0 {
		return s.kinds[k-1].size
	}
	return raster.Size{}
}

// usual returns the most common size. Of several, it returns the one that came first.
func (s *sizes) usual() (usual raster.Size) {
	most := 0
	for _, k := range s.kinds {
		if k.images > most {
			usual, most = k.size, k.images
		}
	}
	return usual
}
