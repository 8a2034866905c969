package model

import (
	"io"

	"gorgan/kernels"
	"gorgan/model/graph"
)

// GraphFormat is the format in which WriteStep writes a graph.
type GraphFormat int

const (
	Text GraphFormat = iota // a table
	DOT                     // the language of Graphviz
)

// WriteStep writes the launches of a training step of c: operations, shapes, values read and
// written, and their places in memory. It allocates as much memory of dev as a training on a data
// set of one batch. It returns the errors of the device and of w. c must be valid: see
// Config.Validate.
func WriteStep(w io.Writer, dev kernels.Device, c Config, format GraphFormat) error {
	g, err := newGame(dev, c)
	if err != nil {
		return err
	}
	al := &allocator{dev: dev}
	g.batches = &resident{game: g, data: al.bytes(c.batchImages(), c.setShape().Values()), label: al.words(c.batchImages())}
	if al.err != nil {
		return al.err
	}
	p, err := graph.New(dev, g.step)
	if err != nil {
		return err
	}
	if format == DOT {
		return p.WriteDOT(w)
	}
	return p.WriteText(w)
}
