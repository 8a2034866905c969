// Package project finds the noise from which a generator makes an image most like a given one. It
// descends on the squared distance of the pixels, with the generator's weights fixed, and clips the
// noise to the range that the generator's noise has: see Lipton and Tripathi, "Precise recovery of
// latent vectors from generative adversarial networks" (2017).
//
// A descent ends in the valley where it begins. So each image has several: from the nearest of many
// candidates, which are the images of the seeds from 0 on.
//
//	gen, err := model.NewGenerator(dev, state, false)
//	p, err := project.New(dev, gen, project.Default())
//	found, err := p.Project(ctx, images, nil)
//
// The same images give the same bits on the same device, for any number of workers, and whatever other
// images are projected with them.
package project

import (
	"context"
	"fmt"
	"math"

	"gorgan/kernels"
	"gorgan/model"
)

// Options say how much is tried.
type Options struct {
	Candidates int     // images of seeds among which the starts are chosen, 1 or more
	Starts     int     // descents of each image, 1 to Candidates
	Steps      int     // of each descent, 1 or more
	Rate       float64 // of Adam at the first step, in units of the noise's range; it falls to 0
	// Classes are the classes that may be chosen, the candidates having them in turn; nil for all. It
	// is ignored without classes.
	Classes []uint64
}

// Default returns the options of the command.
func Default() Options { return Options{Candidates: 4096, Starts: 8, Steps: 300, Rate: 0.1} }

// Found is what a generator can make of an image.
type Found struct {
	Noise []float32 // (Config.InputDim()), within the noise scale of 0; the codes behind it are those of the start
	Class int       // -1 without classes
	Image []float32 // (Config.Values()), made of these
	// Distance is the root of the mean squared difference of Image and the image, in [0,1].
	Distance float64
	Seed     uint64  // the candidate nearest to the image
	Nearest  float64 // its distance
}

// Projector projects images. Its methods are for one goroutine at a time.
type Projector struct {
	gen     *model.Generator
	options Options
	descent *descent
}

// New prepares projections with gen on its device dev. It keeps both. The memory that it allocates on dev is
// free only after dev is closed. It returns an error if an option is out of range, or if dev fails.
func New(dev kernels.Device, gen *model.Generator, o Options) (*Projector, error) {
	switch {
	case o.Candidates < 1:
		return nil, fmt.Errorf("project: %d candidates, want 1 or more", o.Candidates)
	case o.Starts < 1 || o.Starts > o.Candidates:
		return nil, fmt.Errorf("project: %d starts, want 1 to %d, the number of candidates", o.Starts, o.Candidates)
	case o.Steps < 1:
		return nil, fmt.Errorf("project: %d steps, want 1 or more", o.Steps)
	case !(o.Rate > 0) || math.IsInf(o.Rate, 0):
		return nil, fmt.Errorf("project: a rate of %v, want a number above 0", o.Rate)
	}
	classes := gen.Config.Classes
	for _, c := range o.Classes {
		if classes > 0 && c >= uint64(classes) {
			return nil, fmt.Errorf("project: class %d, want 0 to %d, the generator's classes", c, classes-1)
		}
	}
	d, err := newDescent(dev, gen, o)
	return &Projector{gen, o, d}, err
}

// Project returns what the generator can make of each of the images (n, Config.Values()) in [0,1], which it
// does not keep. progress, which may be nil, gets the number of descents that are done. It returns an error
// if images are not whole or a value is out of range, or if the device fails. If ctx ends, it returns
// ctx's error.
func (p *Projector) Project(ctx context.Context, images []float32, progress func(done, total int)) ([]Found, error) {
	c := p.gen.Config
	if len(images) == 0 || len(images)%c.Values() != 0 {
		return nil, fmt.Errorf("project: %d values, want images of %d values each", len(images), c.Values())
	}
	for i, v := range images {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("project: image %d: value %d is %v, want values of 0 to 1", i/c.Values(), i%c.Values(), v)
		}
	}
	starts, err := p.starts(ctx, images)
	if err != nil {
		return nil, err
	}
	n := len(images) / c.Values()
	found := make([]Found, n)
	for i := range found {
		nearest := starts[i*p.options.Starts]
		found[i] = Found{Distance: math.Inf(1), Class: -1, Seed: nearest.seed, Nearest: rootMean(nearest.squared, c.Values())}
	}
	for first := 0; first < len(starts); first += rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some := starts[first:min(first+rows, len(starts))]
		if err := p.improve(some, images, found); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(first+len(some), len(starts))
		}
	}
	return found, nil
}

// improve descends from starts, and keeps of each image the nearest that was found.
func (p *Projector) improve(starts []start, images []float32, found []Found) error {
	c := p.gen.Config
	dim, values := c.InputDim(), c.Values()
	seeds := make([]uint64, len(starts))
	var labels []uint32
	targets := make([]float32, 0, len(starts)*values)
	for i, s := range starts {
		seeds[i] = s.seed
		if c.Classes > 0 {
			labels = append(labels, uint32(p.class(s.seed)))
		}
		targets = append(targets, images[s.image*values:][:values]...)
	}
	begin := c.Noise(seeds)
	end, err := p.descent.run(begin, targets, labels)
	if err != nil {
		return err
	}
	for _, noise := range [][]float32{begin, end} { // a descent can end higher than it begins
		made, err := p.gen.Sample(noise, labels)
		if err != nil {
			return err
		}
		for i, s := range starts {
			image := made[i*values:][:values]
			d := rootMean(squared(image, targets[i*values:][:values], math.Inf(1)), values)
			if f := &found[s.image]; d < f.Distance {
				f.Distance, f.Noise, f.Image = d, noise[i*dim:][:dim:dim], image[:values:values]
				if c.Classes > 0 {
					f.Class = int(labels[i])
				}
			}
		}
	}
	return nil
}

func rootMean(squared float64, n int) float64 { return math.Sqrt(squared / float64(n)) }
