package model

import "gorgan/model/graph"

// groups is the order of the row groups of the discriminator's input. Each group has B/pack rows, for the B images
// of a shard:
//
//	[ penalty points | real | fake ]
//
// There are penalty points only if the loss has a penalty at points of its own. The penalised
// groups are the first ones: so fake comes before real if the gradient is penalised on fake
// images and not on real ones.
type groups struct {
	rows       int // rows of a group
	points     int // number of groups of penalty points, 0 or 1; they are group 0
	real, fake int // the numbers of these groups
	all        int // number of groups
	penalised  int // number of penalised groups
}

func groupsOf(c Config, l loss) groups {
	g := groups{rows: c.shardSize() / c.Pack}
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

// images joins values for the real and the fake group in the order of the groups.
func (g groups) images(b *graph.Builder, real, fake *graph.Value) *graph.Value {
	if g.fake < g.real {
		real, fake = fake, real
	}
	return b.Join(real, fake)
}

// of returns the rows of a group of v. The first rows of v are those of group first.
func (g groups) of(b *graph.Builder, v *graph.Value, group, first int) *graph.Value {
	return b.Rows(v, (group-first)*g.rows, g.rows)
}
