package main

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/urfave/cli/v2"

	"gorgan/model/film"
	"gorgan/model/picture"
)

// longestHold is how long the last picture can stand, in seconds.
const longestHold = 600

func newTimelapse(ui *ui) *cli.Command {
	return &cli.Command{
		Name:      "timelapse",
		Usage:     "write an animation of a run's fake images over the steps",
		ArgsUsage: "RUN",
		Description: "The frames are the pictures fakes_init.png and fakes_NNNNNN.png of the run's folder: the images of the same\n" +
			"seeds before training and at each display step. The step stands below. More of them come from train\n" +
			"--display-every. Pictures that are missing or damaged are named and left out.\n\n" +
			"Examples:\n\n   gorgan timelapse runs/00000-mnist-non-saturating --out growth.gif\n" +
			"   gorgan timelapse runs/00000-mnist-non-saturating --fps 10 --hold 5 --out growth.mp4",
		Flags: append(filmFlags("growth.gif", 5),
			&cli.Float64Flag{Name: "hold", Usage: "show the last picture for `S` seconds", Value: 2}),
		Action: action(ui, readTimelapseOptions, runTimelapse),
	}
}

type timelapseOptions struct {
	dir  string
	out  filmFile
	hold float64
}

func readTimelapseOptions(_ *ui, c *cli.Context) (o timelapseOptions, err error) {
	args, err := positional(c, "RUN")
	if err != nil {
		return o, err
	}
	o.dir, o.hold = args[0], c.Float64("hold")
	if !(o.hold >= 0 && o.hold <= longestHold) {
		return o, usageError{fmt.Errorf("--hold is %v, want 0 to %d seconds", o.hold, longestHold)}
	}
	o.out, err = readFilmFile(c)
	return o, err
}

func runTimelapse(ctx context.Context, ui *ui, o timelapseOptions) error {
	s, err := openFilmstrip(o.dir)
	if err != nil {
		return err
	}
	for _, l := range s.lost {
		ui.note("%s: %s; it is left out", o.dir, l)
	}
	size := s.size.Add(image.Pt(0, picture.CaptionHeight))
	if side := o.out.side(); max(size.X, size.Y) > side {
		return fmt.Errorf("%s: pictures of %dx%d pixels are too large for a .%s, want at most %d a side", o.dir, size.X, size.Y, o.out.form, side)
	}
	last := len(s.pictures) - 1
	ui.start("writing", "picture", 0, last+1)
	defer ui.stop()
	periods := max(1, int(math.Round(o.hold*float64(o.out.fps))))
	err = o.out.write(ctx, ui, film.Reel{Size: size, Grey: s.grey, Frames: last + 1}, func(add func(image.Image, int) error) error {
		for i, p := range s.pictures {
			if err := ctx.Err(); err != nil {
				return err
			}
			img, err := s.read(p)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			shown := 1
			if i == last {
				shown = periods
			}
			if err := add(picture.Caption(img, fmt.Sprintf("step %d", p.Step)), shown); err != nil {
				return err
			}
			ui.progress(i+1, "writing")
		}
		return nil
	})
	if err != nil {
		return err
	}
	ui.say("%s: %s of %dx%d, steps %d to %d, %.4g s", o.out.name, count(last+1, "frame"), size.X, size.Y,
		s.pictures[0].Step, s.pictures[last].Step, float64(last+periods)/float64(o.out.fps))
	return nil
}
