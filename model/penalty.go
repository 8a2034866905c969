package model

import "gorgan/model/graph"

// penaltyPoints is the kind of points at which a loss's own penalty takes D's gradient.
type penaltyPoints int

const (
	noPoints      penaltyPoints = iota
	betweenImages               // on the lines from x to G(z), as in wgan-gp
	aroundData                  // near x, as in dragan
)

// draganScale is the largest distance of DRAGAN's points from the data, in each pixel, in standard
// deviations of the data.
const draganScale = 0.5

// points returns the penalty points of the loss, one for each row of real and fake.
func (g *game) points(b *graph.Builder, real, fake *graph.Value, r graph.Random) *graph.Value {
	if g.loss.points == betweenImages {
		return b.Interpolate(real, fake, r)
	}
	return b.Perturb(real, r, draganScale)
}

// penalties returns weight·mean (|∇D(x)|-centre)² over the rows x of each penalised group. It
// contains a gradient, so its own gradient is a second derivative. It stores the values in
// g.stats.
func (g *game) penalties(b *graph.Builder, d disForward) (all []*graph.Value) {
	n := d.groups.penalised * d.groups.rows
	if n == 0 {
		return nil
	}
	logits, x := b.Rows(d.logits, 0, n), b.Rows(d.x, 0, n)
	gradients := b.Grad([]graph.Seed{{Of: logits, D: b.Ones(n, 1)}}, x)[0]
	add := func(group, stat int, weight, centre float64) {
		p := b.Penalty(d.groups.of(b, gradients, group, 0), float32(weight), float32(centre))
		b.Store(p, g.result(stat))
		all = append(all, p)
	}
	if d.groups.points > 0 {
		add(0, pointStat, g.config.GPWeight, 1)
	}
	if g.config.R1 > 0 {
		add(d.groups.real, r1Stat, g.config.R1/2, 0)
	}
	if g.config.R2 > 0 {
		add(d.groups.fake, r2Stat, g.config.R2/2, 0)
	}
	return all
}
