package model

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// discriminator is D at work on the images of a step.
//
// Its input has groups of rows, each of a batch, packed: first those where its
// gradient is penalised, then the others it has a loss on, then a tangent for each row
// of the first. The images x and G(z) lie there as they are, or, where noise is added
// or some of the input dropped, apart, and are copied there anew for each look.
type discriminator struct {
	config     Config
	net        *net
	draws      *draws
	labels     *labels
	real       *tensor.Dense    // x (B, pixels)
	drawn      *tensor.Dense    // G(z) (B, pixels)
	groups     groups           // of rows of the input
	whole      *memory          // of all these rows
	learning   look             // at all D learns from
	judging    look             // at what G learns from
	loss, fake *pass            // on the rows with a loss, and on those of G(z)
	weights    *pass            // on the rows that the weights' gradients are sums over
	penalties  *penalties       // nil for none
	logits     [2]*tensor.Dense // (B/pack, 1) each: on x, on G(z)
	dLogits    [2]*tensor.Dense
}

// groups are the places of D's rows, each group B/pack of them. G(z) goes before x where
// it alone is penalised, so that the penalised groups are the first.
type groups struct {
	rows        int // of a group
	point       int // 1 where the loss has a penalty at points of its own, which come first
	real, drawn int // the groups of x and of G(z)
	shown       int // groups of images
	penalised   int // the first of these
}

func groupsOf(c Config, l loss) groups {
	g := groups{rows: c.BatchSize / c.Pack}
	if l.points != noPoints {
		g.point = 1
	}
	g.real, g.drawn, g.shown, g.penalised = g.point, g.point+1, g.point+2, g.point
	if c.R1 > 0 {
		g.penalised++
	}
	if c.R2 > 0 {
		g.penalised++
		if c.R1 == 0 {
			g.real, g.drawn = g.drawn, g.real
		}
	}
	return g
}

// look is what D is shown at once: images, and the rows of its input they go to, the
// same memory where nothing is done to them.
type look struct {
	images, input *tensor.Dense
	rows          *pass
	points        *points // drawn among the rows as well, nil for none
}

func newDiscriminator(al *allocator, c Config, l loss, n *net, key, clock *tensor.Dense, results []*tensor.Dense) *discriminator {
	d := &discriminator{config: c, net: n, draws: &draws{dev: al.dev, key: key, clock: clock}, groups: groupsOf(c, l)}
	g := d.groups
	input := al.floats((g.shown+g.penalised)*g.rows, c.Pack*c.Pixels())
	d.labels = newLabels(al, g.shown, c.BatchSize, c.Classes, c.Pack > 1)
	var drop *dropout
	if c.DisDropoutInput > 0 || c.DisDropoutHidden > 0 {
		drop = &dropout{d.draws, c.DisDropoutInput, c.DisDropoutHidden}
	}
	d.whole = n.newMemory(al, input, nil, (2+g.penalised)*g.rows, drop, d.labels)
	d.loss = d.over(al, g.point, 2, 0)
	d.fake = d.over(al, g.drawn, 1, g.drawn-g.point)
	d.weights = d.over(al, g.point, 2+g.penalised, 0)
	d.looks(al, l, input)
	if g.penalised > 0 {
		d.penalties = newPenalties(al, d, results)
	}
	for i, group := range [2]int{g.real, g.drawn} {
		if al.err == nil {
			d.logits[i] = al.rows(d.loss.out(), (group-g.point)*g.rows, g.rows)
			d.dLogits[i] = al.rows(d.loss.dOut(), (group-g.point)*g.rows, g.rows)
		}
	}
	return d
}

// over is a pass over groups from first on, with gradients from the given group of
// those on: the two with a loss come first, then the penalised ones.
func (d *discriminator) over(al *allocator, first, groups, gradient int) *pass {
	rows := d.groups.rows
	return d.whole.pass(al, first*rows, groups*rows, gradient*rows)
}

// looks says where the images are, and what D is shown of them.
func (d *discriminator) looks(al *allocator, l loss, input *tensor.Dense) {
	g, c := d.groups, d.config
	b, pixels := c.BatchSize, c.Pixels()
	half := func(t *tensor.Dense, group int) *tensor.Dense { return al.rows(t, (group-g.point)*b, b) }
	shown := al.view(input, g.point*b*pixels, 2*b, pixels)
	real, drawn := half(shown, g.real), half(shown, g.drawn)
	images := shown
	d.real, d.drawn = real, drawn
	if c.InstanceNoise > 0 || c.DisDropoutInput > 0 {
		images = al.floats(2*b, pixels)
		d.real, d.drawn = half(images, g.real), half(images, g.drawn)
	}
	d.learning = look{images: images, input: shown, rows: d.over(al, 0, g.shown, 0)}
	if g.point > 0 {
		d.learning.points = newPoints(al, d, l.points, real, drawn, al.view(input, 0, b, pixels))
	}
	d.judging = look{images: d.drawn, input: drawn, rows: d.fake}
	if l.paired {
		d.judging = look{images: images, input: shown, rows: d.loss}
	}
}

// see takes D forward on what it looks at in a stage of the step.
func (d *discriminator) see(l look, stage kernels.Purpose) error {
	d.draws.stage = stage
	if l.images != l.input {
		if err := kernels.Copy(d.net.dev, l.input, l.images); err != nil {
			return err
		}
	}
	if c := d.config; c.InstanceNoise > 0 {
		err := kernels.AddNoise(d.net.dev, l.input, d.draws.key, d.draws.clock, instanceNoise+stage,
			float32(c.InstanceNoise), c.InstanceNoiseSteps)
		if err != nil {
			return err
		}
	}
	if l.points != nil {
		if err := l.points.draw(); err != nil {
			return err
		}
	}
	return l.rows.forward()
}

// learn takes the gradients at the logits, and the penalties, to D's gradients.
func (d *discriminator) learn() error {
	if err := d.loss.backward(true); err != nil {
		return err
	}
	if d.penalties != nil {
		if err := d.penalties.find(); err != nil {
			return err
		}
		if err := d.penalties.tangents(); err != nil {
			return err
		}
	}
	return d.weights.weightGradients()
}

// measurePenalties notes them for the weights as they are, after see.
func (d *discriminator) measurePenalties() error {
	if d.penalties == nil {
		return nil
	}
	return d.penalties.find()
}

// teach takes the gradient at the logits of G(z) to dx, that at G(z). D's gradients
// stay as they are.
func (d *discriminator) teach(dx *tensor.Dense) error {
	if err := d.fake.backward(false); err != nil {
		return err
	}
	return d.fake.inputGradient(dx)
}
