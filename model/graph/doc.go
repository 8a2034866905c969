// Package graph builds one step of training as a static graph of operations on matrices,
// differentiates it, and places its values in memory. All of this happens once, before the
// training. The result is a list of launches that a device repeats.
//
//	var loss *graph.Value
//	program, err := graph.New(dev, func(b *graph.Builder) {
//		x, w, bias := b.Leaf("x", xs), b.Leaf("w", ws), b.Leaf("bias", bs)
//		loss = b.BCELogits(b.BiasLinear(b.MatMul(x, w, false, false), bias), 1, 1)
//		b.Store(b.Grad([]graph.Seed{{Of: loss}}, w)[0], gradient)
//	})
//	...
//	scratch, err := program.Scratch()
//	...
//	step, err := dev.Record(program.Run, scratch...)
//
// A value is assigned once. Its first dimension counts rows, which are usually images. An Op
// has the shapes of its outputs, its gradient and its launch; the tests have an example of each
// in the table Examples. The gradient is made of operations of the same table. So a gradient can
// be differentiated once more, as a gradient penalty needs. An operation whose gradient cannot be
// differentiated is terminal: Build returns an error for a graph that needs its second derivative.
//
//	New        does Build and Compile
//	Build      runs the function, which makes nodes in the order in which they will run
//	Grad       walks the nodes back from a loss and appends the nodes of the gradient
//	Compile    removes dead nodes (rewrite.go), places values in memory (place.go, arena.go)
//	Run        launches the nodes in order
package graph
