package dataset

import (
	"context"
	"fmt"

	"gorgan/dataset/excerpt"
	"gorgan/dataset/raster"
)

// source is the images that a set is made of, one by one. Its methods are safe for concurrent use.
type source interface {
	count() int
	place(i int) place
	label(i int) int // -1 for none
	// read returns image i as it is in the source, but perhaps smaller, if no side gets less than
	// twice that of least. The error is the image's fault, unless it is fatal.
	read(ctx context.Context, i int, least raster.Size) (found, error)
	// storedSize reads no more of image i than it needs to know its size.
	storedSize(ctx context.Context, i int) (raster.Size, error)
	// run is the number of images that are read in one go.
	run() int
}

// place is where an image is, for messages.
type place struct {
	line int    // in a list, from 1; 0 for none
	path string // "" in a file of many images
}

func (p place) String() string {
	if p.line > 0 {
		return fmt.Sprintf("line %d", p.line)
	}
	return excerpt.Of(p.path)
}

// found is an image as it is in a source.
type found struct {
	raster.Image
	stored        raster.Size // in the file, which can be larger than the image
	channels      int         // in the file: 1 grey, 3 colour, 4 CMYK or with alpha
	alpha, turned bool
	frames        int // of an animation
}

// fatal is an error that ends the reading of a source, whatever image it came with.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// described is a source and what is known of it before its images are read.
type described struct {
	source
	kind    string   // of Report.Kind
	classes []string // names of the labels, nil if they are numbers
	notes   []string
	// problems are the entries that cannot be images, such as lines with a bad label.
	problems []Problem
	// file, if not nil, says that the same image twice is worth a problem, and returns what two
	// places of one file have in common.
	file   func(i int) string
	shape  raster.Shape // of all images, if the source says so
	pixels []byte       // the images, one after the other, if the source holds them in this form
}
