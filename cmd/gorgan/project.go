package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/model/picture"
	"gorgan/model/project"
)

func newProject(ui *ui) *cli.Command {
	d := project.Default()
	return &cli.Command{
		Name:  "project",
		Usage: "find the noise that best makes an image",
		Description: "Searches the noise, and with classes the class, whose image is nearest to a given one: it starts from the nearest\n" +
			"of many seeds and follows the gradient. It writes a picture of both, side by side.\n" +
			"The distance is the root of the mean squared difference of the pixels, from 0 to 1. It stands beside those of\n" +
			"held-out images and of training images, if the run's data can be read.\n\n" +
			"Without --image it projects held-out and training images alone. If the former are farther, the generator does\n" +
			"not cover what it was not shown.\n\nExamples:\n\n" +
			"   gorgan project --model runs/00000-mnist-non-saturating --image me.png --out projected.png\n" +
			"   gorgan project --model runs/00000-mnist-non-saturating --image me.png --noise-out me.npy\n" +
			"   gorgan project --model runs/00000-mnist-non-saturating --images 100 --json >recall.json",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "load the checkpoint `FILE`: a file, a run's folder for its last one, or RUN/best"},
			&cli.StringFlag{Name: "image", Usage: "project the image in a `FILE`: PNG, JPEG, GIF, BMP, TIFF or WebP"},
			&cli.StringFlag{Name: "out", Usage: "write images and what is made of them to a `FILE`, a .png", Value: "projected.png"},
			&cli.StringFlag{Name: "noise-out", Usage: "write the noise to a .npy `FILE` for generate --noise"},
			&cli.StringFlag{Name: "class", Usage: "choose among these `CLASSES`, as in 7, 0-4,9 or tulip,rose", DefaultText: "all"},
			&cli.IntFlag{Name: "images", Usage: "compare with `N` held-out and N training images, 0 for none", Value: comparedImages},
			&cli.StringFlag{Name: "data", Usage: "read these from `SRC`: " + sources, DefaultText: "the data of the run"},
			&cli.IntFlag{Name: "candidates", Usage: "choose the starts among the images of `N` seeds", Value: d.Candidates},
			&cli.IntFlag{Name: "starts", Usage: "start from the nearest `N` of these", Value: d.Starts},
			&cli.IntFlag{Name: "steps", Usage: "follow the gradient for `N` steps", Value: d.Steps},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		}, deviceFlags("auto")),
		Action: action(ui, readProjectOptions, runProject),
	}
}

const (
	comparedImages = 100
	mostCompared   = 10000
	shownCompared  = 16
)

type projectOptions struct {
	model, image, out, noiseOut, data string
	class                             classFlag
	images                            int
	search                            project.Options
	json                              bool
	device                            deviceOptions
}

func readProjectOptions(_ *ui, c *cli.Context) (o projectOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o = projectOptions{model: c.String("model"), image: c.String("image"), out: c.String("out"), noiseOut: c.String("noise-out"), data: c.String("data"),
		class: classFlag{c.IsSet("class"), c.String("class")}, images: c.Int("images"), search: project.Default(), json: c.Bool("json")}
	o.search.Candidates, o.search.Starts, o.search.Steps = c.Int("candidates"), c.Int("starts"), c.Int("steps")
	for _, f := range []struct {
		flag       string
		is, lo, up int
	}{{"images", o.images, 0, mostCompared}, {"candidates", o.search.Candidates, 1, picture.MaxImages}, {"starts", o.search.Starts, 1, o.search.Candidates}, {"steps", o.search.Steps, 1, 1 << 20}} {
		if f.is < f.lo || f.is > f.up {
			return o, usageError{fmt.Errorf("--%s is %d, want %d to %d", f.flag, f.is, f.lo, f.up)}
		}
	}
	switch {
	case o.image == "" && o.images == 0:
		return o, usageError{errors.New("project: give --image, or --images above 0")}
	case o.image == "" && o.noiseOut != "":
		return o, usageError{errors.New("--noise-out goes with --image")}
	case o.image == "" && o.class.given:
		return o, usageError{errors.New("--class goes with --image")}
	case strings.ToLower(filepath.Ext(o.out)) != ".png":
		return o, usageError{fmt.Errorf("--out: %q, want the name of a .png", o.out)}
	case o.noiseOut != "" && strings.ToLower(filepath.Ext(o.noiseOut)) != ".npy":
		return o, usageError{fmt.Errorf("--noise-out: %q, want the name of a .npy file", o.noiseOut)}
	}
	o.device, err = readDeviceOptions(c)
	return o, err
}
