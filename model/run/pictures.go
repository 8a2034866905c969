package run

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"time"

	"gorgan/dataset"
	"gorgan/dataset/atomicfile"
	"gorgan/model"
	"gorgan/model/picture"
)

// The pictures of a run are real images, and the images of seeds 0 to 35 before the first step
// and at display steps. A conditional generator makes a few more if necessary, so that all
// classes have the same number of images. Of very many classes only the first mostImages have one.
const (
	LossFile   = "loss.png"
	RealsFile  = "reals.png"
	InitFile   = "fakes_init.png"
	FakesFile  = "fakes_%06d.png"
	gridImages = 36
	mostImages = 1024
)

// Begin writes the pictures and the checkpoint of step 0. It returns an error if an image of set
// cannot be read or a file cannot be written.
func (r *Folder) Begin(t *model.Trainer, set *dataset.Set) error {
	if err := r.here(); err != nil {
		return err
	}
	c := t.Config()
	n := min(gridImages, set.Len()/c.Stack)
	rows, cols := picture.Squarish(n, 0)
	g := picture.New(c, rows, cols)
	g.Suit(picture.MaxPixels)
	reals, err := picture.NewCanvas(g)
	if err != nil {
		return fmt.Errorf("%s: %w", RealsFile, err)
	}
	for i := range n {
		// A set can have its images class by class, so those of the picture are evenly spread.
		pixels, err := realImage(set, i*(set.Len()/c.Stack)/n, c.Stack)
		if err != nil {
			return err
		}
		reals.Put(i, pixels)
	}
	if err := r.picture(RealsFile, realTag, 0, reals.Image); err != nil {
		return err
	}
	if err := r.fakes(InitFile, t); err != nil {
		return err
	}
	state, err := t.State()
	if err != nil {
		return err
	}
	return r.save(state)
}

// realImage returns image i of a set or, if stack is more than 1, the ith stack of so many successive
// images, each a channel of every pixel.
func realImage(set *dataset.Set, i, stack int) ([]byte, error) {
	pixels, one := make([]byte, stack*set.Shape().Values()), make([]byte, set.Shape().Values())
	for channel := range stack {
		if err := set.Read(one, i*stack+channel); err != nil {
			return nil, err
		}
		for j, v := range one {
			pixels[j*stack+channel] = v
		}
	}
	return pixels, nil
}

// display writes the curves and the fake images of a display step.
func (r *Folder) display(m model.Metrics, t *model.Trainer) error {
	if err := r.here(); err != nil {
		return err
	}
	if err := r.plot.update(r.measured.Noted); err != nil {
		return err
	}
	return r.fakes(fmt.Sprintf(FakesFile, m.Step), t)
}

// Fakes returns the images that the pictures FakesFile of a run have, and their layout. names are those
// of the model's classes, or nil.
func Fakes(c model.Config, names []string) (*picture.Images, picture.Grid) {
	rows, cols := picture.Squarish(min(max(gridImages, c.Classes), mostImages), c.Classes)
	p := picture.Of(c, picture.SeedsFrom(0, rows*cols), nil)
	p.ClassNames = names
	return p, p.Grid(rows, cols, 0, picture.MaxPixels)
}

// fakes writes a picture of the first fake images, as the command generate makes them.
func (r *Folder) fakes(name string, t *model.Trainer) error {
	p, g := Fakes(t.Config(), t.ClassNames())
	p.Sample = t.Sample
	img, err := p.Picture(context.Background(), g)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return r.picture(name, fakeTag, t.Step(), img)
}

// picture writes a picture of a step to a PNG file and to the file for TensorBoard.
func (r *Folder) picture(name, tag string, step uint32, img image.Image) error {
	var text bytes.Buffer
	if err := png.Encode(&text, img); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := atomicfile.WriteText(r.Path(name), text.Bytes()); err != nil {
		return err
	}
	size := img.Bounds().Size()
	form := image.Config{ColorModel: img.ColorModel(), Width: size.X, Height: size.Y}
	return r.addEvent(time.Now(), step, pictureValue(tag, form, text.Bytes()))
}
