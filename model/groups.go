package model

import "gorgan/model/graph"

// groups is the order of the rows of the discriminator's input, B/pack of them in each
// group:
//
//	[ penalty points | real | fake ]
//
// The points are there where the loss has a penalty at points of its own. Fake comes before
// real where its gradient alone is penalised, so that the penalised groups are the first.
type groups struct {
	rows       int // of a group
	points     int // 1 where there are points, which then are group 0
	real, fake int // the numbers of these groups
	all        int // how many there are
	penalised  int // the first of these
}

func groupsOf(c Config, l loss) groups {
	g := groups{rows: c.BatchSize / c.Pack}
	if l.points != noPoints {
		g.points = 1
	}
	g.real, g.fake, g.all, g.penalised = g.points, g.points+1, g.points+2, g.points
	if c.R1 > 0 {
		g.penalised++
	}
	if c.R2 > 0 {
		g.penalised++
		if c.R1 == 0 {
			g.real, g.fake = g.fake, g.real
		}
	}
	return g
}

// images joins what belongs to the real and the fake group, in their order.
func (g groups) images(b *graph.Builder, real, fake *graph.Value) *graph.Value {
	if g.fake < g.real {
		real, fake = fake, real
	}
	return b.Join(real, fake)
}

// of returns the rows of a group of v, of which the first rows are group first.
func (g groups) of(b *graph.Builder, v *graph.Value, group, first int) *graph.Value {
	return b.Rows(v, (group-first)*g.rows, g.rows)
}
