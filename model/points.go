package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// pointsOf says where a loss of its own penalises D's gradient.
type pointsOf int

const (
	noPoints      pointsOf = iota
	betweenImages          // on the lines from x to G(z), as wgan-gp
	aroundData             // about x, as dragan
)

// points are these places.
type points struct {
	of             pointsOf
	draws          *draws
	x, real, drawn *tensor.Dense // (B/pack, pack·pixels) each: the points, and D's view of the images
	deviation      *tensor.Dense // (1): of the values of x
}

func newPoints(al *allocator, d *discriminator, of pointsOf, real, drawn, x *tensor.Dense) *points {
	packed := func(t *tensor.Dense) *tensor.Dense {
		return al.view(t, 0, d.groups.rows, d.config.Pack*d.config.Pixels())
	}
	return &points{of, d.draws, packed(x), packed(real), packed(drawn), al.floats(1)}
}

// draganScale is how many deviations of the data DRAGAN's points are away at most.
const draganScale = 0.5

func (p *points) draw() error {
	d := p.draws
	if p.of == betweenImages {
		return kernels.Interpolate(d.dev, p.x, p.real, p.drawn, d.key, d.clock, penaltyPoint+d.stage)
	}
	if err := kernels.Deviation(d.dev, p.deviation, p.real); err != nil {
		return err
	}
	return kernels.Perturb(d.dev, p.x, p.real, p.deviation, d.key, d.clock, penaltyPoint+d.stage, draganScale)
}
