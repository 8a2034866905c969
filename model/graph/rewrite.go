package graph

import "slices"

// rowSum returns the node of v if v is a sum over the rows of two values: a product of a transposed
// matrix and another, or the gradient at the weights of a convolution.
func rowSum(v *Value) (n *Node, ok bool) {
	if v.node == nil {
		return nil, false
	}
	switch op := v.node.Op.(type) {
	case matMul:
		return v.node, op.tA && !op.tB
	case convWeight:
		return v.node, true
	}
	return nil, false
}

// joined returns x + y, for example aᵀb + cᵀd, as one sum over joined rows, (a;c)ᵀ(b;d), or nil if x and
// y are no such sums. Compile places the rows one after the other, so that nothing is copied.
func (b *Builder) joined(x, y *Value) *Value {
	p, ok := rowSum(x)
	q, also := rowSum(y)
	if !ok || !also || p.Op != q.Op {
		return nil
	}
	return b.Apply(p.Op, b.Join(p.In[0], q.In[0]), b.Join(p.In[1], q.In[1]))[0]
}

// live returns the nodes that have an effect outside the graph: updates, nodes with an output that
// is stored or kept, and the nodes whose outputs they need.
func (g *Graph) live() []*Node {
	wanted := map[*Node]bool{}
	for v := range g.stored {
		wanted[v.node] = true
	}
	for _, v := range g.kept {
		for _, s := range v.placed() {
			wanted[s.root.node] = true
		}
	}
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := g.nodes[i]
		if n.Op == nil {
			wanted[n] = true
		}
		if !wanted[n] {
			continue
		}
		for _, v := range n.In {
			for _, s := range v.placed() {
				if s.root.node != nil {
					wanted[s.root.node] = true
				}
			}
		}
	}
	var all []*Node
	for _, n := range g.nodes {
		if wanted[n] {
			all = append(all, n)
		}
	}
	return all
}

// signsAfterDropout lets the gradients of a rectifier read its output after dropout, so
// that dropout can work in place. A rectifier's gradient asks only for the signs of its
// output. Dropout keeps them or makes a 0, and where it does, it must make the gradient 0
// too, before the rectifier's gradient is taken or after it. The graph's nodes stay as
// they are.
func (g *Graph) signsAfterDropout(nodes []*Node) []*Node {
	dropped := map[*Value]*Value{} // a rectifier's output to what dropout makes of it
	readers := map[*Value][]*Node{}
	for _, n := range nodes {
		if _, ok := n.Op.(dropout); ok {
			if of := n.In[0]; of.node != nil && of.isRoot() {
				if _, ok := of.node.Op.(biasReLU); ok {
					dropped[of] = n.Out[0]
				}
			}
		}
		for _, v := range n.In {
			for _, s := range v.whole() {
				readers[s.root] = append(readers[s.root], n)
			}
		}
	}
	outside := map[*Value]bool{}
	for v := range g.stored {
		outside[v] = true
	}
	for _, v := range g.kept {
		for _, s := range v.whole() {
			outside[s.root] = true
		}
	}
	for of, after := range dropped {
		if slices.ContainsFunc(readers[of], func(n *Node) bool {
			_, ok := n.Op.(reluGrad)
			return !ok && n != after.node
		}) {
			delete(dropped, of) // something else reads it
		}
	}
	all := slices.Clone(nodes)
	written := map[*Node]bool{}
	for i, n := range nodes {
		written[n] = true
		if _, ok := n.Op.(reluGrad); !ok {
			continue
		}
		root, first := n.In[1], 0
		if root.base != nil {
			root, first = root.base, root.first
		}
		after := dropped[root]
		if after == nil || !written[after.node] {
			continue
		}
		drops := func(n *Node) bool {
			if n == nil {
				return false
			}
			d, ok := n.Op.(dropout)
			of := after.node.Op.(dropout)
			return ok && d.stream == of.stream && d.keep == of.keep
		}
		before := !slices.ContainsFunc(n.In[0].whole(), func(s segment) bool { return !drops(s.root.node) })
		dx, sum := n.Out[0], n.Out[1]
		later := !outside[dx] && !outside[sum] && readers[sum] == nil &&
			!slices.ContainsFunc(readers[dx], func(n *Node) bool { return !drops(n) })
		if before || later {
			changed := *n
			changed.In = []*Value{n.In[0], view(after, first, n.In[1].Shape...)}
			all[i] = &changed
		}
	}
	return all
}
