package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"gorgan/dataset/atomicfile"
	"gorgan/model/film"
	"gorgan/model/picture"
)

// filmEndings describes --out for commands that write an animation.
const filmEndings = "a .gif, an animated .png, or with the program ffmpeg a .mp4 or .webm"

// filmFlags returns the flags for the output of an animation.
func filmFlags(out string, fps int) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Usage: "write to `FILE`: " + filmEndings, Value: out},
		&cli.IntFlag{Name: "fps", Usage: "show `N` frames a second, at most 50 in a .gif", Value: fps},
	}
}

// filmFile is an animation to write.
type filmFile struct {
	name   string // as the user wrote it
	path   string // what name links to
	form   string // the ending: "gif", "png", "mp4" or "webm"
	ffmpeg string // the program, empty for a GIF or PNG
	fps    int
}

// readFilmFile reads filmFlags, and finds ffmpeg for a video.
func readFilmFile(c *cli.Context) (f filmFile, err error) {
	out := c.String("out")
	f = filmFile{name: out, path: linked(out), form: strings.TrimPrefix(strings.ToLower(filepath.Ext(out)), "."), fps: c.Int("fps")}
	most := film.MostRate
	switch f.form {
	case "gif":
		most = film.MostGIFRate
	case "png":
	case "mp4", "webm":
		if f.ffmpeg, err = film.FindFFmpeg(); err != nil {
			return f, fmt.Errorf("--out: %s: %w", out, err)
		}
	default:
		return f, usageError{fmt.Errorf("--out: %q, want the name of %s", out, filmEndings)}
	}
	if f.fps < 1 || f.fps > most {
		return f, usageError{fmt.Errorf("--fps is %d, want 1 to %d for a .%s", f.fps, most, f.form)}
	}
	if info, err := os.Stat(out); err == nil && !info.Mode().IsRegular() {
		return f, fmt.Errorf("--out: %s is a folder, a device, a FIFO or a socket, want a regular file", out)
	}
	return f, nil
}

// side returns the largest number of pixels in a row or a column of a frame.
func (f filmFile) side() int {
	switch f.form {
	case "gif":
		return film.MostGIFSide
	case "png":
		return picture.MaxPixels
	}
	return 1 << 14 // of H.264 and VP9
}

// write writes the animation. frames gives its frames to add, which has Writer.Add's form.
func (f filmFile) write(ctx context.Context, ui *ui, r film.Reel, frames func(add func(image.Image, int) error) error) error {
	r.Rate = f.fps
	_ = atomicfile.RemoveTemporariesOf(f.path, time.Hour)
	replaces := exists(f.path)
	err := atomicfile.Write(f.path, func(w io.Writer) error {
		switch f.form {
		case "gif":
			return addAll(film.NewGIF(w, r), frames)
		case "png":
			return addAll(film.NewPNG(w, r), frames)
		}
		return f.video(ctx, w, r, frames)
	})
	if err != nil {
		return cmp.Or(ctx.Err(), err) // a killed ffmpeg is an interruption
	}
	if replaces {
		ui.note("%s: replaced the file that was there", f.name)
	}
	return nil
}

func addAll(w film.Writer, frames func(add func(image.Image, int) error) error) error {
	if err := frames(w.Add); err != nil {
		return err
	}
	return w.Close()
}

// video lets ffmpeg write a file, since an MP4 is not written from its beginning to its end, and copies it to w.
func (f filmFile) video(ctx context.Context, w io.Writer, r film.Reel, frames func(add func(image.Image, int) error) error) (err error) {
	dir, err := os.MkdirTemp("", "gorgan-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "film")
	to, err := film.NewVideo(ctx, f.ffmpeg, f.form, path, r)
	if err != nil {
		return err
	}
	err = frames(to.Add)
	if ended := to.Close(); err == nil {
		err = ended
	}
	if err != nil {
		return err
	}
	made, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("ffmpeg made no file: %w", err)
	}
	defer made.Close()
	_, err = io.Copy(w, made)
	return err
}
