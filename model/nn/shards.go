package nn

import "gorgan/model/graph"

// Shards are the parameters of a net as the shards of a batch use them: the same values, and gradients of each shard's
// own. There is one for each shard of this rank.
type Shards []*Weights

// together is a layer whose output for a shard depends on the other shards. It gets those of this rank, with a pass and
// the parameters for each.
type together interface {
	applyTogether(p []*Pass, w [][]*graph.Value, x []*graph.Value) []*graph.Value
}

// applyTo appends a layer to the builder of the passes, for each shard x. It returns the outputs.
func applyTo(l Layer, p []*Pass, w [][]*graph.Value, x []*graph.Value) []*graph.Value {
	if l, ok := l.(together); ok {
		return l.applyTogether(p, w, x)
	}
	y := make([]*graph.Value, len(x))
	for i := range x {
		y[i] = l.Apply(p[i], w[i], x[i])
	}
	return y
}

// Outputs appends the net to the builder of the passes, for each shard x. It returns the outputs of each layer, shard by
// shard.
func (s Shards) Outputs(p []*Pass, x []*graph.Value) (all [][]*graph.Value) {
	params := make([][][]*graph.Value, len(s)) // of a shard, of a layer
	for i, w := range s {
		params[i] = w.params(p[i].Builder)
	}
	all = make([][]*graph.Value, len(s))
	for n, l := range s[0].Layers {
		w := make([][]*graph.Value, len(s))
		for i := range s {
			w[i] = params[i][n]
		}
		x = applyTo(l, p, w, x)
		for i, y := range x {
			all[i] = append(all[i], y)
		}
	}
	return all
}

// StoreGrad appends the gradients of the seeds' sum at the parameters of each shard, and stores them in its Grads.
func (s Shards) StoreGrad(b *graph.Builder, seeds []graph.Seed) {
	var learned []*graph.Value
	var grads []Tensor
	for _, w := range s {
		for i, v := range w.Leaves(b) {
			if !w.Tensors[i].Fixed {
				learned, grads = append(learned, v), append(grads, w.Tensors[i])
			}
		}
	}
	for i, g := range b.Grad(seeds, learned...) {
		b.Store(g, grads[i].Grad)
	}
}
