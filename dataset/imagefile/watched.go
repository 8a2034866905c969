package imagefile

import (
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"gorgan/dataset/content"
)

// watched reads data and notes whether the reader asked for more than there is, because the errors of
// the decoders do not always say so.
type watched struct {
	ctx   context.Context
	data  []byte
	at    int
	ended bool
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	if w.at == len(w.data) {
		w.ended = true
		return 0, io.EOF
	}
	// Small pieces, so that ctx is looked at often.
	n := copy(p[:min(len(p), 64<<10)], w.data[w.at:])
	w.at += n
	return n, nil
}

// broken returns an error that says what a decoder's error means.
func (w *watched) broken(err error) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.ended {
		return fmt.Errorf("image is cut short: %w", io.ErrUnexpectedEOF)
	}
	if unsupported(err) {
		return fmt.Errorf("%w, which is not read: save the image as PNG: %w", err, content.ErrFormat)
	}
	return fmt.Errorf("%w: %w", err, content.ErrFormat)
}

// unsupported reports whether a decoder says that a file is right, but of a kind that it does not
// know.
func unsupported(err error) bool {
	return errors.Is(err, bmp.ErrUnsupported) || errors.As(err, new(tiff.UnsupportedError)) || errors.As(err, new(jpeg.UnsupportedError))
}
