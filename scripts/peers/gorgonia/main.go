// Command gorgonia is the tutorial's GAN step as a plain Gorgonia program: two
// expression graphs with automatic differentiation, tape machines and Gorgonia's own
// Adam, no package of this module. It prints the milliseconds of each step as JSON.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"math/rand/v2"
	"os"
	"time"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

const noise, pixels = 100, 784

func main() {
	batch := flag.Int("batch", 128, "images in a batch")
	hidden := flag.Int("hidden", 256, "width of the hidden layers")
	steps := flag.Int("steps", 30, "steps to time")
	flag.Parse()
	if err := run(*batch, *hidden, *steps); err != nil {
		log.Fatal(err)
	}
}

// mlp adds the two layers of a net to a graph; the values are shared between graphs.
type mlp struct{ w1, b1, w2, b2 *tensor.Dense }

func newMLP(in, hidden, out int) mlp {
	init := func(in, out int) *tensor.Dense {
		w := tensor.New(tensor.WithShape(in, out), tensor.Of(tensor.Float32))
		for i := range w.Float32s() {
			w.Float32s()[i] = float32(rand.NormFloat64()) * 0.1
		}
		return w
	}
	zero := func(n int) *tensor.Dense { return tensor.New(tensor.WithShape(1, n), tensor.Of(tensor.Float32)) }
	return mlp{init(in, hidden), zero(hidden), init(hidden, out), zero(out)}
}

func (m mlp) nodes(g *G.ExprGraph) G.Nodes {
	var n G.Nodes
	for _, v := range []*tensor.Dense{m.w1, m.b1, m.w2, m.b2} {
		n = append(n, G.NewMatrix(g, G.Float32, G.WithShape(v.Shape()...), G.WithValue(v)))
	}
	return n
}

func apply(n G.Nodes, x *G.Node) *G.Node {
	layer := func(x, w, b *G.Node) *G.Node {
		return G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w)), b, nil, []byte{0}))
	}
	return layer(G.Must(G.Rectify(layer(x, n[0], n[1]))), n[2], n[3])
}

func run(batch, hidden, steps int) error {
	gen, dis := newMLP(noise, hidden, pixels), newMLP(pixels, hidden, 1)
	z := tensor.New(tensor.WithShape(batch, noise), tensor.Of(tensor.Float32))
	images := tensor.New(tensor.WithShape(2*batch, pixels), tensor.Of(tensor.Float32))
	// softplus(sign*logit): -1 on rows that should look real, 1 on the others.
	sign := tensor.New(tensor.WithShape(2*batch, 1), tensor.Of(tensor.Float32))
	for i := range sign.Float32s() {
		sign.Float32s()[i] = 1
		if i < batch {
			sign.Float32s()[i] = -1
		}
	}

	dg := G.NewGraph()
	d := dis.nodes(dg)
	in := G.NewMatrix(dg, G.Float32, G.WithShape(2*batch, pixels), G.WithValue(images))
	s := G.NewMatrix(dg, G.Float32, G.WithShape(2*batch, 1), G.WithValue(sign))
	dLoss := G.Must(G.Mean(G.Must(G.Softplus(G.Must(G.HadamardProd(s, apply(d, in)))))))
	if _, err := G.Grad(dLoss, d...); err != nil {
		return err
	}
	gg := G.NewGraph()
	g, frozen := gen.nodes(gg), dis.nodes(gg)
	zIn := G.NewMatrix(gg, G.Float32, G.WithShape(batch, noise), G.WithValue(z))
	fake := G.Must(G.Sigmoid(apply(g, zIn)))
	var drawn G.Value
	G.Read(fake, &drawn)
	gLoss := G.Must(G.Mean(G.Must(G.Softplus(G.Must(G.Neg(apply(frozen, fake)))))))
	if _, err := G.Grad(gLoss, g...); err != nil {
		return err
	}
	dVM := G.NewTapeMachine(dg, G.BindDualValues(d...))
	gVM := G.NewTapeMachine(gg, G.BindDualValues(g...))
	defer dVM.Close()
	defer gVM.Close()
	adamD, adamG := G.NewAdamSolver(G.WithLearnRate(2e-4)), G.NewAdamSolver(G.WithLearnRate(2e-4))
	data := make([]float32, 60000*pixels)
	for i := range data {
		data[i] = rand.Float32()
	}

	var ms []float64
	for i := range steps + 3 {
		began := time.Now()
		for j := range z.Float32s() {
			z.Float32s()[j] = 2*rand.Float32() - 1
		}
		for j := range batch {
			copy(images.Float32s()[j*pixels:][:pixels], data[rand.IntN(60000)*pixels:])
		}
		// G's graph draws the images, D learns from them, and then G from its own run.
		if err := gVM.RunAll(); err != nil {
			return err
		}
		copy(images.Float32s()[batch*pixels:], drawn.Data().([]float32))
		if err := dVM.RunAll(); err != nil {
			return err
		}
		if err := adamD.Step(G.NodesToValueGrads(d)); err != nil {
			return err
		}
		if err := adamG.Step(G.NodesToValueGrads(g)); err != nil {
			return err
		}
		gVM.Reset()
		dVM.Reset()
		if i >= 3 {
			ms = append(ms, time.Since(began).Seconds()*1e3)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(ms)
}
