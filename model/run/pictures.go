package run

import (
	"context"
	"fmt"

	"gorgan/dataset"
	"gorgan/model"
	"gorgan/model/picture"
)

// The pictures of a run are real images, and the images of seeds 0 to 35 before the first step
// and at display steps. A conditional generator makes a few more if necessary, so that all
// classes have the same number of images.
const (
	LossFile   = "loss.png"
	RealsFile  = "reals.png"
	InitFile   = "fakes_init.png"
	FakesFile  = "fakes_%06d.png"
	gridImages = 36
)

// Begin writes the pictures and the checkpoint of step 0. It returns an error if an image of set
// cannot be read or a file cannot be written.
func (r *Folder) Begin(t *model.Trainer, set *dataset.Set) error {
	if err := r.here(); err != nil {
		return err
	}
	c := t.Config()
	n, size := min(gridImages, set.Len()/c.Stack), set.Shape().Values()
	rows, cols := picture.Squarish(n, 0)
	g := picture.New(c, rows, cols)
	g.Suit(picture.MaxPixels)
	reals, err := picture.NewCanvas(g)
	if err != nil {
		return fmt.Errorf("%s: %w", RealsFile, err)
	}
	pixels := make([]byte, n*c.Values())
	for i := range n * c.Stack {
		if err := set.Read(pixels[i*size:], i); err != nil {
			return err
		}
	}
	reals.Put(0, pixels)
	if err := dataset.WritePNG(r.Path(RealsFile), reals.Image); err != nil {
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

// fakes writes a picture of the first fake images, as the command generate makes them.
func (r *Folder) fakes(name string, t *model.Trainer) error {
	c := t.Config()
	rows, cols := picture.Squarish(max(gridImages, c.Classes), c.Classes)
	p := picture.Of(c, picture.SeedsFrom(0, rows*cols), t.Sample)
	img, err := p.Picture(context.Background(), p.Grid(rows, cols, 0, picture.MaxPixels))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return dataset.WritePNG(r.Path(name), img)
}
