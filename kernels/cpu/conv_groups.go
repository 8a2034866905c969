package cpu

import "gorgan/kernels"

// A convolution with groups is a convolution without them for each group, of the columns of its matrices
// that belong to the group: x is a matrix of pixels by Channels, y of pixels by Outputs, and w of taps and
// depth by Outputs. The columns of a group are copied, so that a convolution needs to know nothing of groups.

// groupTensors is the memory of one group, in the order of a kernel's arguments, and a copy under way.
type groupTensors struct {
	mem     kernels.Mem[float32]
	scratch [3][]float32
	share   func(worker, part int) // bound once

	to, from       []float32
	ldTo, ldFrom   int // columns of to and from
	columns, parts int // to copy; shares of the work
}

func (p *patchProduct) convGroups(m kernels.Mem[float32]) {
	c, _ := kernels.ConvolutionOf(m.N)
	p.eachGroup(m, c.Groups, [3]int{c.Outputs, c.Channels, c.Outputs}, (*patchProduct).conv)
}

func (p *patchProduct) convBackGroups(m kernels.Mem[float32]) {
	c, _ := kernels.ConvolutionOf(m.N)
	p.eachGroup(m, c.Groups, [3]int{c.Channels, c.Outputs, c.Outputs}, (*patchProduct).convBack)
}

func (p *patchProduct) convWeightGroups(m kernels.Mem[float32]) {
	c, _ := kernels.ConvolutionOf(m.N)
	p.eachGroup(m, c.Groups, [3]int{c.Outputs, c.Channels, c.Outputs}, (*patchProduct).convWeight)
}

// eachGroup computes each group of m's tensors, which have so many columns. The first one is the result.
func (p *patchProduct) eachGroup(m kernels.Mem[float32], groups int, columns [3]int, do func(*patchProduct, kernels.Mem[float32])) {
	g := &p.group
	g.mem.N = append(g.mem.N[:0], m.N[:len(m.N)-1]...)
	g.mem.N[3] /= groups // channels
	g.mem.N[6] /= groups // outputs
	g.mem.F = g.mem.F[:0]
	for i, t := range m.F {
		g.scratch[i] = grown(g.scratch[i], len(t)/groups)
		g.mem.F = append(g.mem.F, g.scratch[i][:len(t)/groups])
	}
	for group := range groups {
		for i, t := range m.F[1:] {
			n := columns[i+1] / groups
			p.copyColumns(g.mem.F[i+1], n, t[group*n:], columns[i+1], n)
		}
		do(p, g.mem)
		n := columns[0] / groups
		p.copyColumns(m.F[0][group*n:], columns[0], g.mem.F[0], n, n)
	}
}

// copyColumns copies the first n columns of from to those of to. Their rows are ldFrom and ldTo elements long.
func (p *patchProduct) copyColumns(to []float32, ldTo int, from []float32, ldFrom, n int) {
	g := &p.group
	if g.share == nil {
		g.share = p.copyRows
	}
	g.to, g.from, g.ldTo, g.ldFrom, g.columns = to, from, ldTo, ldFrom, n
	g.parts = min(p.pool.size(), 1+g.rows()*n/worthSharing)
	p.pool.share(g.parts, g.share)
}

// rows returns the number of rows of the copy under way.
func (g *groupTensors) rows() int { return min(count(len(g.to), g.ldTo), count(len(g.from), g.ldFrom)) }

func (p *patchProduct) copyRows(_, part int) {
	g := &p.group
	for row, end := part*g.rows()/g.parts, (part+1)*g.rows()/g.parts; row < end; row++ {
		copy(g.to[row*g.ldTo:][:g.columns], g.from[row*g.ldFrom:][:g.columns])
	}
}
