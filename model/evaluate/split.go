package evaluate

import (
	"fmt"

	"gorgan/dataset"
)

// rows is a matrix that is read row by row, by several goroutines at once.
type rows interface {
	Len() int
	width() int
	// row writes row i to dst, which has width() values.
	row(dst []float32, i int) error
}

// matrix is rows in memory, one after the other.
type matrix struct {
	values []float32
	cols   int
}

func newMatrix(n, cols int) matrix { return matrix{make([]float32, n*cols), cols} }

func (m matrix) Len() int           { return len(m.values) / m.cols }
func (m matrix) width() int         { return m.cols }
func (m matrix) at(i int) []float32 { return m.values[i*m.cols:][:m.cols] }
func (m matrix) row(dst []float32, i int) error {
	copy(dst, m.at(i))
	return nil
}

// Split is the images First to End-1 of a set. Pixels become values byte/255 in [0,1], as in
// training.
type Split struct {
	Name       string // "train", "validation", "test"
	Set        *dataset.Set
	First, End int
}

// Whole returns a split of that name with all images of set.
func Whole(name string, set *dataset.Set) Split { return Split{name, set, 0, set.Len()} }

// Len returns the number of images.
func (s Split) Len() int { return s.End - s.First }

// Label returns the label of image i of the split, or -1 if it has none.
func (s Split) Label(i int) int { return s.Set.Label(s.First + i) }

// String returns a name for the images: "mnist validation[50000:60000]".
func (s Split) String() string {
	return fmt.Sprintf("%s %s[%d:%d]", s.Set.Name(), s.Name, s.First, s.End)
}

func (s Split) width() int { return s.Set.Shape().Values() }

func (s Split) row(dst []float32, i int) error {
	var p []byte
	if all := s.Set.Bytes(); all != nil {
		p = all[(s.First+i)*len(dst):][:len(dst)]
	} else {
		p = make([]byte, len(dst))
		if err := s.Set.Read(p, s.First+i); err != nil {
			return err
		}
	}
	for j, b := range p {
		dst[j] = float32(b) / 255
	}
	return nil
}

func (s Split) check() error {
	if s.Set == nil {
		return fmt.Errorf("evaluate: split %q has no set of images", s.Name)
	}
	if s.First < 0 || s.First >= s.End || s.End > s.Set.Len() {
		return fmt.Errorf("evaluate: %v, want images of 0 to %d, and at least one", s, s.Set.Len())
	}
	return nil
}

// chosen is a selection of images of a split.
type chosen struct {
	of    Split
	index []int
}

func (c chosen) Len() int                       { return len(c.index) }
func (c chosen) width() int                     { return c.of.width() }
func (c chosen) row(dst []float32, i int) error { return c.of.row(dst, c.index[i]) }

// String returns a name for the images: "10000 of mnist train[0:50000]".
func (c chosen) String() string { return fmt.Sprintf("%d of %v", len(c.index), c.of) }
