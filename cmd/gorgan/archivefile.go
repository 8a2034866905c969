package main

import (
	"archive/zip"
	"context"
	"image"
	"image/png"
	"io"
	"time"

	"gorgan/dataset/array"
	"gorgan/model"
	"gorgan/model/picture"
)

// writeNpz samples the images and writes them as the array arr_0 of bytes (N, height, width, channels). With classes
// the array arr_1 (N) has their labels. ADM's evaluator reads such files: Dhariwal and Nichol,
// "Diffusion models beat GANs on image synthesis" (2021), github.com/openai/guided-diffusion.
func writeNpz(ctx context.Context, w io.Writer, p *picture.Images) error {
	n, s := array.NewNpzWriter(w), p.Config.Shape()
	values, err := n.Uint8("arr_0", len(p.Seeds), s.Height, s.Width, s.Channels)
	if err != nil {
		return err
	}
	err = p.Pieces(ctx, func(_ int, images []float32) error {
		_, err := values.Write(model.Quantize(images))
		return err
	})
	if err != nil {
		return err
	}
	if p.Classes != nil {
		labels := make([]int64, len(p.Seeds))
		for i, seed := range p.Seeds {
			labels[i] = int64(p.Class(seed))
		}
		if err := n.Int64("arr_1", labels); err != nil {
			return err
		}
	}
	return n.Close()
}

// writeZip samples the images and writes a zip of the PNG files that a folder would have. An image that is asked for
// twice is in it once. It returns the number of files.
func writeZip(ctx context.Context, w io.Writer, p *picture.Images, g picture.Grid) (files int, err error) {
	z := zip.NewWriter(w)
	written := make(map[uint64]bool, len(p.Seeds))
	encoder := png.Encoder{BufferPool: &encoderBuffer{}}
	err = eachImage(ctx, p, g, func(n int, img image.Image) error {
		if written[p.Seeds[n]] {
			return nil
		}
		written[p.Seeds[n]] = true
		// PNG files are packed already. The date is the first that a zip can name, so that the same images make
		// the same bytes.
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.Name(n), Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		return encoder.Encode(f, img)
	})
	if err != nil {
		return 0, err
	}
	return len(written), z.Close()
}

// encoderBuffer keeps the memory of an encoder of PNG, most of a megabyte, for the next image.
type encoderBuffer struct{ kept *png.EncoderBuffer }

func (b *encoderBuffer) Get() *png.EncoderBuffer  { return b.kept }
func (b *encoderBuffer) Put(e *png.EncoderBuffer) { b.kept = e }
