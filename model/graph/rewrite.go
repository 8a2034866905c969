package graph

// product returns the node of v if v is a product of a transposed matrix and another, which is a
// sum over rows.
func product(v *Value) (n *Node, ok bool) {
	if v.node == nil || v.node.Op == nil {
		return nil, false
	}
	op, ok := v.node.Op.(matMul)
	return v.node, ok && op.tA && !op.tB
}

// joined returns x + y = aᵀb + cᵀd as one product of joined rows, (a;c)ᵀ(b;d), or nil if x or y is
// no such product. Compile places the rows one after the other, so that nothing is copied.
func (b *Builder) joined(x, y *Value) *Value {
	p, ok := product(x)
	q, also := product(y)
	if !ok || !also {
		return nil
	}
	return b.MatMul(b.Join(p.In[0], q.In[0]), b.Join(p.In[1], q.In[1]), true, false)
}

// live returns the nodes that have an effect outside the graph: updates, nodes with an output that
// is stored or kept, and the nodes whose outputs they need.
func (g *Graph) live() []*Node {
	wanted := map[*Node]bool{}
	for v := range g.stored {
		wanted[v.node] = true
	}
	for v := range g.kept {
		wanted[v.node] = true
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
			for _, s := range v.whole() {
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

// signsAfterDropout lets the gradient of a rectifier read the rectifier's output after dropout, so
// that dropout can work in place. This is right because the gradient depends only on the signs of
// the output. Dropout keeps an element's sign, or sets the element and its gradient to 0.
func signsAfterDropout(nodes []*Node) []*Node {
	dropped := map[*Value]*Value{} // from a rectifier's output to that of the dropout after it
	for _, n := range nodes {
		if _, ok := n.Op.(dropout); ok {
			if of := n.In[0]; of.node != nil && of.isRoot() {
				if _, ok := of.node.Op.(biasReLU); ok {
					dropped[of] = n.Out[0]
				}
			}
		}
	}
	for _, n := range nodes {
		if _, ok := n.Op.(reluGrad); ok || n.Op == nil {
			continue
		}
		for _, v := range n.In {
			for _, s := range v.whole() {
				if after := dropped[s.root]; after != nil && after.node != n {
					delete(dropped, s.root) // something else reads it
				}
			}
		}
	}
	for _, n := range nodes {
		if _, ok := n.Op.(reluGrad); !ok {
			continue
		}
		y := n.In[1]
		root, first := y, 0
		if y.base != nil {
			root, first = y.base, y.first
		}
		if after := dropped[root]; after != nil {
			n.In = []*Value{n.In[0], view(after, first, y.Shape...)}
		}
	}
	return nodes
}
