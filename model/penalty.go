package model

import (
	"gorgan/kernels"
	"gorgan/model/graph"
	"gorgan/model/streams"
)

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

// addPoints puts the penalty points of the loss before the x of each forward, one for each real row.
func (g *game) addPoints(b *graph.Builder, all []disForward, stage kernels.Stream) {
	real := make([]*graph.Value, len(all))
	for i, d := range all {
		real[i] = d.groups.of(b, d.x, d.groups.real, 1)
	}
	var deviation *graph.Value
	if g.loss.points == aroundData {
		deviation = b.Deviation(real, g.config.Shards)
	}
	for i := range all {
		d := &all[i]
		r := g.shards[i].random(b, streams.PenaltyPoint+stage, d.groups.rows)
		points := real[i]
		if g.loss.points == aroundData {
			points = b.Perturb(points, deviation, r, draganScale)
		} else {
			points = b.Interpolate(points, d.groups.of(b, d.x, d.groups.fake, 1), r)
		}
		d.x = b.Join(points, d.x)
	}
}

// penalties returns weight·mean (|∇D(x)|-centre)² over the rows x of each penalised group. It
// contains a gradient, so its own gradient is a second derivative. It stores the values in
// the shard's stats.
func (s *shard) penalties(b *graph.Builder, d disForward) (all []*graph.Value) {
	n := d.groups.penalised * d.groups.rows
	if n == 0 {
		return nil
	}
	logits, x := b.Rows(d.logits, 0, n), b.Rows(d.x, 0, n)
	gradients := b.Grad([]graph.Seed{{Of: logits, D: b.Ones(n, 1)}}, x)[0]
	add := func(group, stat int, weight, centre float64) {
		p := b.Penalty(d.groups.of(b, gradients, group, 0), float32(weight), float32(centre))
		b.Store(p, s.result(stat))
		all = append(all, p)
	}
	if d.groups.points > 0 {
		add(0, pointStat, s.config.GPWeight, 1)
	}
	if s.config.R1 > 0 {
		add(d.groups.real, r1Stat, s.config.R1/2, 0)
	}
	if s.config.R2 > 0 {
		add(d.groups.fake, r2Stat, s.config.R2/2, 0)
	}
	return all
}
