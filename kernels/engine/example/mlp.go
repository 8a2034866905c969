package main

import (
	"math"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgan/dataset"
)

// mlp is a multilayer perceptron with ReLUs. Its loss is the mean cross-entropy of a softmax. It
// uses Gorgonia only.
type mlp struct {
	x, y          *tensor.Dense // (batch, in) in [0,1], (batch, classes) one of them 1
	machine       G.VM
	learned       G.Nodes
	solver        G.Solver
	loss, classes G.Value
}

// solvers returns the solvers by the names that the flag takes.
func solvers() map[string]G.Solver {
	return map[string]G.Solver{
		"sgd":  G.NewVanillaSolver(G.WithLearnRate(0.1)),
		"adam": G.NewAdamSolver(G.WithLearnRate(1e-3)),
	}
}

// newMLP returns a net with layers of the given widths, the input's first. It has the same weights
// each time.
func newMLP(batch int, solver G.Solver, widths ...int) (*mlp, error) {
	r := rand.New(rand.NewPCG(1, 1))
	g := G.NewGraph()
	zeros := func(rows, cols int) *tensor.Dense {
		return tensor.New(tensor.WithShape(rows, cols), tensor.Of(tensor.Float32))
	}
	node := func(v *tensor.Dense) *G.Node {
		return G.NewMatrix(g, G.Float32, G.WithShape(v.Shape()...), G.WithValue(v))
	}
	last := len(widths) - 1
	n := &mlp{x: zeros(batch, widths[0]), y: zeros(batch, widths[last]), solver: solver}
	at := node(n.x)
	for i, in := range widths[:last] {
		w := zeros(in, widths[i+1])
		for j := range w.Float32s() {
			w.Float32s()[j] = float32(r.NormFloat64() * math.Sqrt(2/float64(in)))
		}
		weight, bias := node(w), node(zeros(1, widths[i+1]))
		n.learned = append(n.learned, weight, bias)
		at = G.Must(G.BroadcastAdd(G.Must(G.Mul(at, weight)), bias, nil, []byte{0}))
		if i < last-1 {
			at = G.Must(G.Rectify(at))
		}
	}
	p := G.Must(G.SoftMax(at))
	picked := G.Must(G.Sum(G.Must(G.HadamardProd(p, node(n.y))), 1))
	loss := G.Must(G.Neg(G.Must(G.Mean(G.Must(G.Log(picked))))))
	G.Read(loss, &n.loss)
	G.Read(p, &n.classes)
	if _, err := G.Grad(loss, n.learned...); err != nil {
		return nil, err
	}
	n.machine = G.NewTapeMachine(g, G.BindDualValues(n.learned...))
	return n, nil
}

// load fills the batch with the images of set from first on. After the last image it continues
// with the first.
func (n *mlp) load(set *dataset.Set, first int) {
	pixels, classes := n.x.Shape()[1], n.y.Shape()[1]
	clear(n.y.Float32s())
	for i := range n.x.Shape()[0] {
		image := (first + i) % set.Len()
		for j, p := range set.Bytes()[image*pixels:][:pixels] {
			n.x.Float32s()[i*pixels+j] = float32(p) / 255
		}
		n.y.Float32s()[i*classes+set.Label(image)] = 1
	}
}

// run computes the loss of the batch and its gradients.
func (n *mlp) run() error {
	defer n.machine.Reset()
	return n.machine.RunAll()
}

// learn runs the net and updates the weights by one step of the solver.
func (n *mlp) learn() error {
	if err := n.run(); err != nil {
		return err
	}
	return n.solver.Step(G.NodesToValueGrads(n.learned))
}

// right returns the number of images of the batch for which the likeliest class is the right one.
func (n *mlp) right(set *dataset.Set, first int) (count int) {
	classes, p := n.y.Shape()[1], n.classes.Data().([]float32)
	for i := range n.x.Shape()[0] {
		best := 0
		for c, v := range p[i*classes:][:classes] {
			if v > p[i*classes+best] {
				best = c
			}
		}
		if best == set.Label(first+i) {
			count++
		}
	}
	return count
}

func (n *mlp) close() { n.machine.Close() }
