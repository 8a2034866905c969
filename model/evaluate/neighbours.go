package evaluate

import (
	"context"
	"math"
)

// neighbours are the k nearest rows of each of n rows, the nearest first. Of two rows at the same
// distance, the first in order comes first.
type neighbours struct {
	k       int
	index   []int32   // (n,k)
	squared []float32 // (n,k), squared distances
}

// nearest returns the k nearest rows of b for each row of a.
func (d *distances) nearest(ctx context.Context, a, b rows, k int) (neighbours, error) {
	return d.search(ctx, a, b, k, false)
}

// nearestOther returns the k nearest other rows of a for each row of a.
func (d *distances) nearestOther(ctx context.Context, a rows, k int) (neighbours, error) {
	return d.search(ctx, a, a, k, true)
}

func (d *distances) search(ctx context.Context, a, b rows, k int, others bool) (neighbours, error) {
	near := neighbours{k, make([]int32, a.Len()*k), make([]float32, a.Len()*k)}
	for i := range near.squared {
		near.index[i], near.squared[i] = -1, float32(math.Inf(1))
	}
	err := d.walk(ctx, a, b, func(i, j int, squared []float32) {
		index, best := near.index[i*k:][:k], near.squared[i*k:][:k]
		furthest := best[k-1]
		for c, s := range squared {
			if s < furthest && !(others && j+c == i) {
				insert(index, best, int32(j+c), s)
				furthest = best[k-1]
			}
		}
	})
	return near, err
}

// insert puts a neighbour in its place and drops the furthest one.
func insert(index []int32, best []float32, i int32, s float32) {
	at := len(best) - 1
	for ; at > 0 && s < best[at-1]; at-- {
		index[at], best[at] = index[at-1], best[at-1]
	}
	index[at], best[at] = i, s
}

// radii returns the squared distance of neighbour k of each row, with k from 1.
func (n neighbours) radii(k int) []float32 {
	r := make([]float32, len(n.squared)/n.k)
	for i := range r {
		r[i] = n.squared[i*n.k+k-1]
	}
	return r
}
