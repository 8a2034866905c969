package model

import (
	"io"

	"gorgan/kernels"
)

// GraphFormat is how WriteStep writes a graph.
type GraphFormat int

const (
	Text GraphFormat = iota // a table
	DOT                     // the language of Graphviz
)

// WriteStep writes the launches of a training step of c: operations, shapes, what they read
// and write, and where it lies. It takes memory of dev as a training does, but for the
// data, which is a batch.
func WriteStep(w io.Writer, dev kernels.Device, c Config, format GraphFormat) error {
	g, err := newGame(dev, c)
	if err != nil {
		return err
	}
	al := &allocator{dev: dev}
	g.batches = &resident{game: g, data: al.bytes(c.batchImages(), c.Height*c.Width), label: al.bytes(c.batchImages())}
	if al.err != nil {
		return al.err
	}
	p, err := g.compile(g.step)
	if err != nil {
		return err
	}
	if format == DOT {
		return p.WriteDOT(w)
	}
	return p.WriteText(w)
}
