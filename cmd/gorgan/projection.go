package main

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"gorgan/dataset"
	"gorgan/dataset/array"
	"gorgan/kernels/device"
	"gorgan/model"
	"gorgan/model/evaluate"
	"gorgan/model/picture"
	"gorgan/model/project"
	"gorgan/model/run"
)

// projection is the output of project, as JSON.
type projection struct {
	Model  string           `json:"model"`
	Step   uint32           `json:"step"`
	Image  *projectedImage  `json:"image,omitempty"`
	Spread []project.Spread `json:"spread,omitempty"`
	Out    string           `json:"out"` // the picture
}

// projectedImage is what the generator makes of the image of a file.
type projectedImage struct {
	File        string    `json:"file"`
	Distance    float64   `json:"distance"`
	Class       *int      `json:"class,omitempty"`
	ClassName   string    `json:"class_name,omitempty"`
	NearestSeed uint64    `json:"nearest_seed"`
	SeedAt      float64   `json:"nearest_seed_distance"`
	Nearer      *int      `json:"nearer_held_out,omitempty"` // held-out images with a smaller distance
	Noise       []float32 `json:"noise"`
}

func runProject(ctx context.Context, ui *ui, o projectOptions) error {
	file, state, err := ui.openModel(o.model)
	if err != nil {
		return err
	}
	var target []float32
	if o.image != "" {
		if target, err = o.target(ctx, ui, file, state.Config); err != nil {
			return err
		}
		if o.search.Classes, err = o.class.of(ui, state.Config.Classes, state.ClassNames); err != nil {
			return err
		}
	}
	dev, _, err := o.device.open()
	if err != nil {
		return err
	}
	defer dev.Close()
	o.device.sayIneffective(ui, device.IsCPU(dev))
	if err := checkDrawingMemory(dev, state.Config, int64(2*o.images+1)*int64(state.Config.Values())*8); err != nil {
		return err
	}
	gen, err := model.NewGenerator(dev, state, false)
	if err != nil {
		return err
	}
	out := projection{Model: file, Step: state.Step}
	pairs := newPairs(state.Config)
	if o.image != "" {
		found, err := o.alone(ctx, dev, gen, target)
		if err != nil {
			return err
		}
		if out.Image, err = o.found(ui, state, found); err != nil {
			return err
		}
		pairs.add(target, found.Image)
	}
	if err := o.compare(ctx, ui, dev, gen, file, state, &out, pairs); err != nil {
		return err
	}
	if err := pairs.write(ui, o); err != nil {
		return err
	}
	out.Out = o.out
	if o.json {
		return printJSON(ui, out)
	}
	out.print(ui)
	return nil
}

// target reads the image of --image as the run read its own.
func (o projectOptions) target(ctx context.Context, ui *ui, file string, c model.Config) ([]float32, error) {
	reading := run.DefaultReading()
	if s, err := run.ReadSettings(filepath.Dir(file)); err == nil {
		reading = s.Reading
	}
	options, err := reading.Options(func(key string) string { return key })
	if err != nil {
		return nil, err
	}
	options.Size, options.Channels = c.Shape().Size, c.Channels
	im, notes, err := dataset.OpenImage(ctx, o.image, options)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("--image: %s: %w; give the file of a picture, such as a PNG or a JPEG", o.image, fs.ErrNotExist)}
	}
	if err != nil {
		return nil, fmt.Errorf("--image: %w", err)
	}
	ui.notes(notes)
	values := make([]float32, len(im.Pix))
	for i, b := range im.Pix {
		values[i] = float32(b) / 255
	}
	return values, nil
}

// alone projects one image.
func (o projectOptions) alone(ctx context.Context, dev device.Device, gen *model.Generator, target []float32) (project.Found, error) {
	p, err := project.New(dev, gen, o.search)
	if err != nil {
		return project.Found{}, err
	}
	found, err := p.Project(ctx, target, nil)
	if err != nil {
		return project.Found{}, err
	}
	return found[0], nil
}

// found describes a projection, and writes its noise if --noise-out asks for it.
func (o projectOptions) found(ui *ui, state *model.State, f project.Found) (*projectedImage, error) {
	im := &projectedImage{File: o.image, Distance: f.Distance, NearestSeed: f.Seed, SeedAt: f.Nearest, Noise: f.Noise}
	if f.Class >= 0 {
		im.Class = &f.Class
		if state.ClassNames != nil {
			im.ClassName = state.ClassNames[f.Class]
		}
	}
	if o.noiseOut == "" {
		return im, nil
	}
	err := writeWhole(ui, o.noiseOut, func(w io.Writer) error {
		if err := array.WriteNpyHeader(w, 1, len(f.Noise)); err != nil {
			return err
		}
		return array.WriteNpyValues(w, f.Noise)
	})
	words := []string{"generate", "--model", o.model, "--noise", o.noiseOut}
	if im.Class != nil {
		words = append(words, "--class", strconv.Itoa(*im.Class))
	}
	if err == nil {
		ui.note("draw it again with: %s", ui.command(words...))
	}
	return im, err
}

// compare projects held-out and training images. With --image, data that cannot be read are only said.
func (o projectOptions) compare(ctx context.Context, ui *ui, dev device.Device, gen *model.Generator, file string, state *model.State, out *projection, pairs *pairs) error {
	if o.images == 0 {
		return nil
	}
	reference, err := o.reference(ctx, ui, file, state)
	if err != nil {
		if ctx.Err() != nil || o.image == "" {
			return err
		}
		ui.note("held-out images to compare with: %v", err)
		return nil
	}
	search := o.search
	search.Classes = nil
	p, err := project.New(dev, gen, search)
	if err != nil {
		return err
	}
	defer ui.stop()
	for _, split := range []evaluate.Split{reference.Test, reference.Train} {
		values, _, err := split.Values(o.images)
		if err != nil {
			return err
		}
		stage := "projecting " + split.Name + " images"
		ui.start(stage, "descent", 0, o.search.Starts*len(values)/state.Config.Values())
		found, err := p.Project(ctx, values, func(done, _ int) { ui.progress(done, stage) })
		if err != nil {
			return err
		}
		ui.stop()
		out.Spread = append(out.Spread, project.SpreadOf(split.String(), found))
		if split.Name != reference.Test.Name {
			continue
		}
		if out.Image != nil {
			nearer := 0
			for _, f := range found {
				if f.Distance < out.Image.Distance {
					nearer++
				}
			}
			out.Image.Nearer = &nearer
			continue
		}
		width := state.Config.Values()
		for i, f := range found[:min(len(found), shownCompared)] {
			pairs.add(values[i*width:][:width], f.Image)
		}
	}
	return nil
}

func (o projectOptions) reference(ctx context.Context, ui *ui, file string, state *model.State) (evaluate.Reference, error) {
	if state.Config.Stack > 1 {
		return evaluate.Reference{}, errors.New("stacked images are not those of the set; give --images 0")
	}
	return newReference(ctx, ui, evaluateOptions{data: o.data, ofRun: true, reading: plainSource()}, &samples{file: file, model: state})
}

// print says what was found.
func (p projection) print(ui *ui) {
	if im := p.Image; im != nil {
		class := ""
		if im.Class != nil {
			class = fmt.Sprintf(", class %d", *im.Class)
			if im.ClassName != "" {
				class += " (" + printable(im.ClassName) + ")"
			}
		}
		ui.say("%s: distance %.4f%s; the nearest seed, %d, is at %.4f", printable(im.File), im.Distance, class, im.NearestSeed, im.SeedAt)
		if im.Nearer != nil {
			ui.say("of %s, %d are nearer to what the generator makes of them", count(p.Spread[0].Count, "held-out image"), *im.Nearer)
		}
	}
	for _, s := range p.Spread {
		ui.say("%s: median %.4f, 90 %% at most %.4f, %.4f to %.4f, of %s", printable(s.Of), s.Median, s.P90, s.Least, s.Most, count(s.Count, "image"))
	}
}

// pairs are images, each above what is made of it; of one image, beside it.
type pairs struct {
	config     model.Config
	above, own []byte
}

func newPairs(c model.Config) *pairs { return &pairs{config: c} }

func (p *pairs) add(image, made []float32) {
	p.above, p.own = append(p.above, model.Quantize(image)...), append(p.own, model.Quantize(made)...)
}

// write writes the picture.
func (p *pairs) write(ui *ui, o projectOptions) error {
	n := len(p.above) / p.config.Values()
	rows, cols := 2, n
	if n == 1 {
		rows, cols = 1, 2
	}
	g := picture.New(p.config, rows, cols)
	g.Suit(picture.MaxPixels)
	c, err := picture.NewCanvas(g)
	if err != nil {
		return err
	}
	c.Put(0, append(slices.Clip(p.above), p.own...))
	if err := writeWhole(ui, o.out, func(w io.Writer) error { return png.Encode(w, c.Image) }); err != nil {
		return err
	}
	what := "the image, and what the generator makes of it"
	if o.image == "" {
		what = fmt.Sprintf("above %s, below what the generator makes of them", count(n, "held-out image"))
	}
	ui.note("%s: %s", o.out, what)
	return nil
}
