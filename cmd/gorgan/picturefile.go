package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorgan/dataset"
	"gorgan/dataset/array"
	"gorgan/dataset/atomicfile"
	"gorgan/model"
	"gorgan/model/picture"
)

// form is the format in which images are written.
type form int

const (
	formPNG    form = iota // a grid
	formJPEG               // a grid
	formStdout             // a grid, as PNG
	formNpy                // an array
	formFolder             // a PNG file an image
	formNpz                // an array of bytes, and their labels
	formZip                // the files of a folder
)

func (f form) grid() bool { return f <= formStdout }

// side is the largest number of pixels in a row or a column of a picture.
func (f form) side() int {
	if f == formJPEG {
		return 1<<16 - 1
	}
	return picture.MaxPixels
}

// jpegQuality keeps the noise at the edges of digits low.
const jpegQuality = 95

// pictureFile is the output of generate.
type pictureFile struct {
	name string // as the user wrote it
	path string // what name links to
	form form
}

// newPictureFile reads --out. An unknown ending is an error, because a folder of that name
// would surprise.
func newPictureFile(ui *ui, out string) (*pictureFile, error) {
	f := &pictureFile{name: out, path: out}
	if out == "-" {
		if ui.table {
			return nil, usageError{errors.New("--out -: the standard output is a terminal, which shows no PNG; send it to a file or a program")}
		}
		f.form = formStdout
		return f, nil
	}
	if out == "" {
		return nil, usageError{errors.New("--out is empty, want a file, a folder or -")}
	}
	info, err := os.Stat(out)
	if err == nil && info.IsDir() || os.IsPathSeparator(out[len(out)-1]) {
		f.form = formFolder
		return f, nil
	}
	switch ending := strings.ToLower(filepath.Ext(out)); ending {
	case ".png":
		f.form = formPNG
	case ".jpg", ".jpeg":
		f.form = formJPEG
	case ".npy":
		f.form = formNpy
	case ".npz":
		f.form = formNpz
	case ".zip":
		f.form = formZip
	case ".gif", ".mp4", ".webm":
		return nil, usageError{fmt.Errorf("--out: %s ends in %s, which is an animation; gorgan walk writes those", out, ending)}
	case "":
		f.form = formFolder
		return f, nil
	default:
		return nil, usageError{fmt.Errorf("--out: %s ends in %s, want .png, .jpg, .npy, .npz or .zip, or a / at the end for a folder", out, ending)}
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("--out: %s is a device, a FIFO or a socket, want a regular file, or - for the standard output", out)
	}
	f.path = linked(out)
	return f, nil
}

// linked returns the path that path links to. It need not exist.
func linked(path string) string {
	const most = 40 // of links that go in a circle
	for range most {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path
}

// writeWhole writes a file that the user named, and says if it replaces one.
func writeWhole(ui *ui, name string, write func(io.Writer) error) error {
	path := linked(name)
	_ = atomicfile.RemoveTemporariesOf(path, time.Hour)
	replaces := exists(path)
	if err := atomicfile.Write(path, write); err != nil {
		return err
	}
	if replaces {
		ui.note("%s: replaced the file that was there", name)
	}
	return nil
}

// write samples the images and writes them.
func (f *pictureFile) write(ctx context.Context, ui *ui, p *picture.Images, g picture.Grid) error {
	images := count(len(p.Seeds), "image")
	ui.start("drawing", "image", 0, len(p.Seeds))
	defer ui.stop()
	p.Done = func(images int) { ui.progress(images, "drawing") }
	switch f.form {
	case formFolder:
		replaced, err := f.each(ctx, p, g)
		if err != nil {
			return err
		}
		if replaced > 0 {
			ui.note("%s: replaced %s that had the same name", f.name, count(replaced, "file"))
		}
	case formStdout:
		img, err := p.Picture(ctx, g)
		if err != nil {
			return err
		}
		if err := png.Encode(ui.out, img); err != nil {
			return err
		}
		ui.note("standard output: %s", images)
		return nil
	default:
		files := len(p.Seeds)
		write := func(w io.Writer) error { return writeNpy(ctx, w, p) }
		switch {
		case f.form == formNpz:
			write = func(w io.Writer) error { return writeNpz(ctx, w, p) }
		case f.form == formZip:
			write = func(w io.Writer) (err error) {
				files, err = writeZip(ctx, w, p, g)
				return err
			}
		case f.form.grid():
			img, err := p.Picture(ctx, g)
			if err != nil {
				return err
			}
			write = func(w io.Writer) error { return f.encode(w, img) }
		}
		// A file can still be written to a folder that cannot be listed.
		_ = atomicfile.RemoveTemporariesOf(f.path, time.Hour)
		replaces := exists(f.path)
		if err := atomicfile.Write(f.path, write); err != nil {
			return err
		}
		if replaces {
			ui.note("%s: replaced the file that was there", f.name)
		}
		if twice := len(p.Seeds) - files; twice > 0 {
			ui.note("%s: left out %s of a seed that was there already", f.name, count(twice, "image"))
			images = count(files, "image")
		}
	}
	ui.say("%s: %s", f.name, images)
	return nil
}

func (f *pictureFile) encode(w io.Writer, img image.Image) error {
	if f.form == formJPEG {
		return jpeg.Encode(w, img, &jpeg.Options{Quality: jpegQuality})
	}
	return png.Encode(w, img)
}

// each writes one PNG file for each image, and returns how many files it replaced.
func (f *pictureFile) each(ctx context.Context, p *picture.Images, g picture.Grid) (replaced int, err error) {
	if err := atomicfile.MkdirAll(f.path); err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return 0, fmt.Errorf("--out: no folder %s can be made: %w", f.name, err)
	}
	// A killed command leaves these files. Those of a command that still writes are younger.
	if err := atomicfile.RemoveTemporaries(f.path, time.Hour); err != nil {
		return 0, err
	}
	err = eachImage(ctx, p, g, func(n int, img image.Image) error {
		path := filepath.Join(f.path, p.Name(n))
		if exists(path) {
			replaced++
		}
		return dataset.WritePNG(path, img)
	})
	return replaced, err
}

// eachImage samples the images and calls use with the picture of each, of g's scale.
func eachImage(ctx context.Context, p *picture.Images, g picture.Grid, use func(n int, img image.Image) error) error {
	size := p.Config.Values()
	return p.Pieces(ctx, func(first int, images []float32) error {
		pixels := model.Quantize(images)
		for i := range len(pixels) / size {
			if err := ctx.Err(); err != nil {
				return err // syncing a piece's files can take seconds
			}
			c, err := picture.NewCanvas(g)
			if err != nil {
				return err
			}
			c.Put(0, pixels[i*size:][:size])
			if err := use(first+i, c.Image); err != nil {
				return err
			}
			if p.Done != nil {
				p.Done(first + i + 1)
			}
		}
		return nil
	})
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// writeNpy samples the images and writes them as an array: grey ones (N, pixels), and those in
// colours (N, height, width, 3).
func writeNpy(ctx context.Context, w io.Writer, p *picture.Images) error {
	dims := []int{len(p.Seeds), p.Config.Values()}
	if s := p.Config.Shape(); s.Channels > 1 {
		dims = []int{len(p.Seeds), s.Height, s.Width, s.Channels}
	}
	if err := array.WriteNpyHeader(w, dims...); err != nil {
		return err
	}
	return p.Pieces(ctx, func(_ int, images []float32) error { return array.WriteNpyValues(w, images) })
}
