package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/film"
	"gorgan/model/picture"
	"gorgan/model/walk"
)

// secondsAWay is how long a walk takes from one image to the next if nobody says it.
const secondsAWay = 2

// mostFrames is the largest number of frames of a walk.
const mostFrames = 100_000

// leastFilmWidth is the smallest width in pixels of a walk whose scale nobody chose.
const leastFilmWidth = 256

func newWalk(ui *ui) *cli.Command {
	return &cli.Command{
		Name:  "walk",
		Usage: "write an animation that goes from image to image",
		Description: "The images of the seeds, as generate draws them, are frames of the animation. It is a closed loop if the last\n" +
			"seed is the first. The noise of the frames between them depends on --path:\n\n" + list(
			[2]string{walk.Matched, "is as that of training at each frame, uniform on [-1,1)"},
			[2]string{walk.Linear, "is a mix of both seeds', which is narrower in the middle, and its images less varied"},
			[2]string{walk.Spherical, "turns one into the other and keeps the length, which suits normal noise"}) +
			"\nA conditional model's classes are blended too, as mixed one-hot labels. Images have their seeds' classes, or those\n" +
			"of --class in turn; one seed can walk through all classes. With --grid there are several walks: the seeds of each\n" +
			"are larger than those of the one before by largest - smallest + 1, so that no two share a seed.\n\nExamples:\n\n" +
			"   gorgan walk --model runs/00000-mnist-non-saturating --seeds 3,8,17,3 --out loop.gif\n" +
			"   gorgan walk --model runs/00000-mnist-non-saturating --seeds 0-9 --grid 4x4 --out loop.mp4\n" +
			"   gorgan walk --model runs/00001-mnist-hinge --seeds 7 --class 0-9 --loop --out digits.png",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "model", Usage: "load the checkpoint `FILE`: a file, a run's folder for its last one, or RUN/best"},
			&cli.StringFlag{Name: "seeds", Usage: "go through the images of these `SEEDS`, as in 3,8,17,3 or 0-9"},
			&cli.StringFlag{Name: "class", Usage: "have these `CLASSES` in turn, as in 7, 0-4,9 or tulip,rose"},
			&cli.BoolFlag{Name: "loop", Usage: "go back from the last image to the first"},
			&cli.StringFlag{Name: "path", Usage: "go along this `PATH`: " + strings.Join(walk.Paths(), ", "), Value: walk.Paths()[0]},
			&cli.Float64Flag{Name: "seconds", Usage: "take `S` seconds for the whole", DefaultText: fmt.Sprintf("%d from image to image", secondsAWay)},
			&cli.BoolFlag{Name: "raw", Usage: "draw with the last weights, not their average, of a model trained with --ema"},
			noiseScaleFlag(),
			&cli.StringFlag{Name: "grid", Usage: "show several walks in `ROWSxCOLS`", DefaultText: "1x1"},
			&cli.IntFlag{Name: "scale", Usage: "make each pixel of an image `N` pixels wide and high",
				DefaultText: fmt.Sprintf("the least that makes a frame %d pixels wide", leastFilmWidth)},
		}, filmFlags("walk.gif", 25), deviceFlags("auto")),
		Action: action(ui, readWalkOptions, runWalk),
	}
}

type walkOptions struct {
	model, path string
	seeds       []uint64
	class       classFlag
	loop, raw   bool
	seconds     float64 // 0 for secondsAWay from image to image
	noiseScale  noiseScale
	grid        gridOptions
	out         filmFile
	device      deviceOptions
}

func readWalkOptions(_ *ui, c *cli.Context) (o walkOptions, err error) {
	if _, err = positional(c); err != nil {
		return o, err
	}
	o = walkOptions{model: c.String("model"), path: c.String("path"), class: classFlag{c.IsSet("class"), c.String("class")},
		loop: c.Bool("loop"), raw: c.Bool("raw"), seconds: c.Float64("seconds"), noiseScale: readNoiseScale(c)}
	if c.String("seeds") == "" {
		return o, usageError{errors.New("--seeds is missing; it names the images to go through, as in 3,8,17,3")}
	}
	if o.seeds, err = parseRanges("seeds", c.String("seeds")); err != nil {
		return o, err
	}
	if !slices.Contains(walk.Paths(), o.path) {
		return o, usageError{fmt.Errorf("--path is %q, want one of %s", o.path, strings.Join(walk.Paths(), ", "))}
	}
	if c.IsSet("seconds") && !(o.seconds > 0 && o.seconds <= math.MaxInt32) {
		return o, usageError{fmt.Errorf("--seconds is %v, want a finite number above 0", o.seconds)}
	}
	if o.grid, err = readGridOptions(c); err != nil {
		return o, err
	}
	if o.grid.rows == 0 {
		o.grid.rows, o.grid.cols = 1, 1
	}
	if o.device, err = readDeviceOptions(c); err != nil {
		return o, err
	}
	o.out, err = readFilmFile(c)
	return o, err
}

func runWalk(ctx context.Context, ui *ui, o walkOptions) error {
	_, state, err := ui.openModel(o.model)
	if err != nil {
		return err
	}
	if err := o.noiseScale.apply(&state.Config); err != nil {
		return err
	}
	g, err := o.layout(state.Config)
	if err != nil {
		return err
	}
	keys, closed, err := o.keys(ui, state)
	if err != nil {
		return err
	}
	frames, err := o.frames(len(keys), closed)
	if err != nil {
		return err
	}
	dev, _, err := o.device.open()
	if err != nil {
		return err
	}
	defer dev.Close()
	o.device.sayIneffective(ui, device.IsCPU(dev))
	w := walks{config: state.Config, grid: g, frames: frames}
	if err := checkDrawingMemory(dev, state.Config, w.bytes(o.grid.rows*o.grid.cols, len(keys))); err != nil {
		return err
	}
	if err := w.begin(keys, closed, o); err != nil {
		return err
	}
	if w.gen, err = model.NewGenerator(dev, state, o.raw); err != nil {
		return err
	}
	canvas, err := picture.NewCanvas(g)
	if err != nil {
		return err
	}
	ui.start("drawing", "frame", 0, frames)
	defer ui.stop()
	size := canvas.Image.Bounds().Size()
	err = o.out.write(ctx, ui, film.Reel{Size: size, Grey: state.Config.Channels == 1, Frames: frames}, func(add func(image.Image, int) error) error {
		done := 0
		return w.draw(ctx, func(pixels []byte) error {
			canvas.Put(0, pixels)
			done++
			ui.progress(done, "drawing")
			return add(canvas.Image, 1)
		})
	})
	if err != nil {
		return err
	}
	what := ""
	if closed {
		what = ", a closed loop"
	}
	ui.say("%s: %s of %dx%d, %.4g s%s", o.out.name, count(frames, "frame"), size.X, size.Y, float64(frames)/float64(o.out.fps), what)
	return nil
}

// layout returns the layout of a frame.
func (o walkOptions) layout(c model.Config) (picture.Grid, error) {
	g := picture.New(c, o.grid.rows, o.grid.cols)
	if o.grid.rows == 1 && o.grid.cols == 1 {
		g.Gap = 0
	}
	if g.Scale = o.grid.scale; g.Scale == 0 {
		across := c.Shape().Width * min(o.grid.cols, leastFilmWidth)
		g.Scale = (leastFilmWidth + across - 1) / across
	}
	if err := g.Check(o.out.side()); err != nil {
		return g, usageError{fmt.Errorf("%w; choose a smaller --grid or --scale", err)}
	}
	return g, nil
}

// keys returns the images that the first walk passes, and whether it goes back to the first of them.
func (o walkOptions) keys(ui *ui, state *model.State) (keys []walk.Key, closed bool, err error) {
	classes, err := o.class.of(ui, state.Config.Classes, state.ClassNames)
	if err != nil {
		return nil, false, err
	}
	seeds, n := o.seeds, len(o.seeds)
	closed = o.loop
	if n > 1 && seeds[0] == seeds[n-1] {
		closed, seeds = true, seeds[:n-1]
	}
	if n = len(seeds); o.class.given {
		n = max(n, len(classes))
	}
	for i := range n {
		k := walk.Key{Seed: seeds[i%len(seeds)]}
		switch {
		case o.class.given:
			k.Class = uint32(classes[i%len(classes)])
		case classes != nil:
			k.Class = uint32(classes[k.Seed%uint64(len(classes))])
		}
		keys = append(keys, k)
	}
	if !slices.ContainsFunc(keys, func(k walk.Key) bool { return k != keys[0] }) {
		return nil, false, usageError{errors.New("--seeds: all frames would show the same image; want two seeds or more, or one and several of --class")}
	}
	return keys, closed, nil
}

// frames returns the number of frames of a walk past so many images.
func (o walkOptions) frames(keys int, closed bool) (int, error) {
	seconds := o.seconds
	if seconds == 0 {
		ways := keys
		if !closed {
			ways--
		}
		seconds = float64(secondsAWay * ways)
	}
	n := math.Round(seconds * float64(o.out.fps))
	if n < float64(keys) {
		return 0, usageError{fmt.Errorf("--seconds: %g at --fps %d are %s, want at least one for each of %d images", seconds, o.out.fps, count(int(n), "frame"), keys)}
	}
	if n > mostFrames {
		return 0, usageError{fmt.Errorf("--seconds: %g at --fps %d are %.0f frames, want at most %d", seconds, o.out.fps, n, mostFrames)}
	}
	return int(n), nil
}
