package graph

import (
	"cmp"
	"slices"

	"gorgonia.org/tensor"
)

// alignment is the number of elements, 256 bytes, of which the start of each block is a multiple.
const alignment = 64

// lifetime returns the first and the last time at which a member of b is written or read.
func (p *placement) lifetime(b *block) (from, to int) {
	from, to = forever, -1
	for _, v := range b.members {
		from, to = min(from, p.defined[v]), max(to, p.defined[v])
		for _, u := range p.reads[v] {
			to = max(to, u.time)
		}
	}
	return from, to
}

// arrange gives each block a place in the arena of its element type, and returns the sizes of the
// arenas. Blocks that are in use at the same time do not overlap. It takes the blocks in the order
// of their first use, and the first gap that is wide enough for each.
func (p *placement) arrange() map[tensor.Dtype]int {
	type placed struct {
		*block
		from, to int
	}
	all := map[tensor.Dtype][]placed{}
	for _, b := range p.blocks {
		if b.members != nil {
			from, to := p.lifetime(b)
			elem := b.members[0].Elem
			all[elem] = append(all[elem], placed{b, from, to})
		}
	}
	sizes := map[tensor.Dtype]int{}
	for elem, blocks := range all {
		slices.SortStableFunc(blocks, func(a, b placed) int { return cmp.Compare(a.from, b.from) })
		var active []placed // by place
		for _, b := range blocks {
			active = slices.DeleteFunc(active, func(a placed) bool { return a.to < b.from })
			at, i := 0, 0
			for ; i < len(active); i++ {
				if at+b.hi-b.lo <= active[i].at {
					break
				}
				end := active[i].at + active[i].hi - active[i].lo
				at = max(at, (end+alignment-1)/alignment*alignment)
			}
			b.at = at
			active = slices.Insert(active, i, b)
			sizes[elem] = max(sizes[elem], at+b.hi-b.lo)
		}
	}
	return sizes
}
