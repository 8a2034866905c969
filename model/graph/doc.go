// Package graph builds one step of training as a static graph of operations on matrices,
// differentiates it, and lays it out in memory. Everything here happens once, before the
// training: what remains is a list of launches that a device repeats.
//
//	var loss *graph.Value
//	g, err := graph.Build(func(b *graph.Builder) {
//		x, w, bias := b.Leaf("x", xs), b.Leaf("w", ws), b.Leaf("bias", bs)
//		loss = b.BCELogits(b.BiasLinear(b.MatMul(x, w, false, false), bias), 1, 1)
//		b.Store(b.Grad([]graph.Seed{{Of: loss}}, w)[0], gradient)
//	})
//	...
//	program, err := g.Compile(dev)
//	...
//	step, err := dev.Record(program.Run)
//
// A value is assigned once. Its first dimension counts rows: images, most often. An Op says
// the shapes of its outputs, its gradient and its launch; the tests have an example of each
// in the table Examples. A gradient is written with operations of that table too, so that it
// can be differentiated once more, as a gradient penalty wants. An operation whose gradient
// cannot is terminal: Build refuses a graph that asks for it.
//
//	Build      runs the function, which makes nodes in the order in which they will run
//	Grad       walks the nodes back from a loss and appends the nodes of the gradient
//	Compile    removes dead nodes (rewrite.go), places values in memory (place.go, arena.go)
//	Run        launches the nodes in order
package graph
