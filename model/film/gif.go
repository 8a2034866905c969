package film

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
)

// MostGIFRate is the largest rate of a GIF. Browsers show a frame of less than 0.02 s for 0.1 s.
const MostGIFRate = 50

// MostGIFSide is the largest width or height of a GIF, in pixels.
const MostGIFSide = 1<<16 - 1

// mostGIFDelay is the longest time of a frame, in hundredths of a second.
const mostGIFDelay = 1<<16 - 1

// gifHead is the number of bytes before the table of colours.
const gifHead = 13

// animatedGIF writes a GIF. Package image/gif writes an animation that is in memory as a whole. So each frame
// is encoded as a GIF of its own, and its blocks are put into the file. Grey frames share a table of all
// 256 greys. A frame in colours has a table of its own: see palettize.
type animatedGIF struct {
	Reel
	to      io.Writer
	added   int
	periods int // of the frames before
	one     bytes.Buffer
	greys   color.Palette
}

// NewGIF returns a writer of an animated GIF. Close does not close w. The same frames make the same bytes.
// Grey frames are exact. Frames in colours are exact if they have at most 256 colours.
func NewGIF(w io.Writer, r Reel) Writer {
	g := &animatedGIF{Reel: r, to: w}
	if r.Grey {
		for v := range 256 {
			g.greys = append(g.greys, color.Gray{Y: uint8(v)})
		}
	}
	return g
}

func (g *animatedGIF) Add(frame image.Image, periods int) error {
	if err := g.check(frame, periods, g.added); err != nil {
		return err
	}
	if g.Rate > MostGIFRate || max(g.Size.X, g.Size.Y) > MostGIFSide {
		return fmt.Errorf("film: a GIF of %v pixels at a rate of %d, want at most %d a side and a rate of at most %d", g.Size, g.Rate, MostGIFSide, MostGIFRate)
	}
	var p *image.Paletted
	if grey, ok := frame.(*image.Gray); ok {
		p = &image.Paletted{Pix: grey.Pix, Stride: grey.Stride, Rect: grey.Rect, Palette: g.greys}
	} else {
		p = palettize(frame)
	}
	// Delays are rounded so that their sum is right: at 30 frames a second 3, 4 and 3 hundredths.
	until := func(periods int) int { return (200*periods/g.Rate + 1) / 2 }
	delay := until(g.periods+periods) - until(g.periods)
	if delay > mostGIFDelay {
		return fmt.Errorf("film: a frame of %d hundredths of a second, want at most %d", delay, mostGIFDelay)
	}
	config := image.Config{Width: g.Size.X, Height: g.Size.Y}
	table := 0
	if g.Grey {
		config.ColorModel, table = g.greys, 3*len(g.greys)
	}
	g.one.Reset()
	err := gif.EncodeAll(&g.one, &gif.GIF{Image: []*image.Paletted{p}, Delay: []int{delay}, Disposal: []byte{gif.DisposalNone}, Config: config})
	if err != nil {
		return err
	}
	text := g.one.Bytes()
	head, frames := text[:gifHead+table], text[gifHead+table:len(text)-1]
	if g.added == 0 {
		if err := all(g.to, head, []byte("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")); err != nil {
			return err
		}
	}
	g.added++
	g.periods += periods
	return all(g.to, frames)
}

func (g *animatedGIF) Close() error {
	if err := g.complete(g.added); err != nil {
		return err
	}
	return all(g.to, []byte{0x3b})
}
