package picture

import (
	"image"
	"maps"
	"math"
	"slices"

	"gorgan/dataset"
)

// A Sheet is a layout of images of a set, with about as many rows as columns. Images with labels have
// one or more rows for each class, with its name beside the first.
type Sheet struct {
	Grid
	set    *dataset.Set
	images []int // numbers in the set, cell by cell; -1 for an empty cell
	// Images is the number of images on the sheet.
	Images int
	// Classes and Shown are the numbers of classes in the set and on the sheet; 0 without labels.
	Classes, Shown int
}

// mostRows is the largest number of classes on a sheet.
const mostRows = 16

// kin are the images of one class, or those without a label.
type kin struct {
	label  string
	images []int
}

// NewSheet returns a sheet of about n images, evenly spread over the set, or over each class. Its
// scale suits a file format of at most side pixels a side.
func NewSheet(set *dataset.Set, n, side int) Sheet {
	byClass := map[int][]int{}
	for i := range set.Len() {
		byClass[set.Label(i)] = append(byClass[set.Label(i)], i)
	}
	unlabelled := byClass[-1]
	delete(byClass, -1)
	if len(byClass) == 0 {
		images := spread(unlabelled, min(n, len(unlabelled)))
		rows, cols := Squarish(len(images), 0)
		s := Sheet{Grid: of(set.Shape(), rows, cols), set: set, images: images, Images: len(images)}
		s.Suit(side)
		return s
	}
	labels := slices.Sorted(maps.Keys(byClass))
	shown := spread(labels, min(len(labels), mostRows))
	var kins []kin
	for _, label := range shown {
		kins = append(kins, kin{labelOf(set.Classes(), uint64(label)), byClass[label]})
	}
	if len(unlabelled) > 0 {
		kins = append(kins, kin{"no label", unlabelled})
	}
	s := Sheet{set: set, Classes: len(labels), Shown: len(shown)}
	s.layOut(kins, (n+len(kins)-1)/len(kins))
	s.Suit(side)
	return s
}

// layOut puts at most each images of all kins on the sheet, those of a kin in rows of their own.
func (s *Sheet) layOut(kins []kin, each int) {
	largest := 0
	for k := range kins {
		kins[k].images = spread(kins[k].images, min(each, len(kins[k].images)))
		largest = max(largest, len(kins[k].images))
	}
	rows := max(1, int(math.Round(math.Sqrt(float64(largest)/float64(len(kins)))))) // of a kin
	cols := (largest + rows - 1) / rows
	var beside []string
	for _, k := range kins {
		s.Images += len(k.images)
		s.images = append(s.images, k.images...)
		for len(s.images)%cols != 0 {
			s.images = append(s.images, -1)
		}
		beside = append(beside, k.label)
		for len(beside) < len(s.images)/cols {
			beside = append(beside, "")
		}
	}
	s.Grid = of(s.set.Shape(), len(beside), cols)
	s.beside = beside
}

// spread returns n of the values, evenly spaced. n must not exceed their number.
func spread(values []int, n int) []int {
	chosen := make([]int, n)
	for k := range chosen {
		chosen[k] = values[k*len(values)/n]
	}
	return chosen
}

// Draw draws the sheet. It returns an error if the picture is too large (see Grid.Check) or if an
// image cannot be read.
func (s Sheet) Draw() (image.Image, error) {
	c, err := NewCanvas(s.Grid)
	if err != nil {
		return nil, err
	}
	pixels := make([]byte, s.set.Shape().Values())
	for cell, i := range s.images {
		if i < 0 {
			continue
		}
		if err := s.set.Read(pixels, i); err != nil {
			return nil, err
		}
		c.Put(cell, pixels)
	}
	return c.Image, nil
}
