// Package fuse rewrites a recorded step for a GPU: fewer launches, the same training. A launch that
// waits for the one before costs a GPU about 1 µs, whatever it does, and a step as it is recorded has
// tens of them in a row.
//
//	recorder := tape.On(dev)
//	recorder.Rewrite = func(s tape.Step) (tape.Step, error) {
//		return fuse.Step(s, fuse.Options{Device: dev, Choose: choose})
//	}
//
// The step of the tutorial's GAN, from 40 launches to 10:
//
//	recorded                                          fused
//	copy_words, adam_rate ×2, shuffle, gather,   ─►   one launch: draw_images, noise and G's first
//	uniform, product, bias_relu                       layer, and what only wants the step's number
//	product, bias_sigmoid                        ─►   G's second layer
//	product, bias_relu                           ─►   D's first layer, real and fake rows
//	product, bias_linear, bce_logits ×2,         ─►   head
//	product, relu_grad
//	product, product, linear_grad, adam          ─►   D's gradients with Adam, beside the losses
//	product, bias_relu                           ─►   D's first layer
//	product, bias_linear, bce_logits, product,   ─►   head
//	linear_grad, relu_grad
//	product, sigmoid_grad                        ─►   back through D
//	product, relu_grad                           ─►   back through G
//	product, product, adam, tick, non_finite ×3  ─►   G's gradients with Adam
//
// # Rules
//
// A rule looks for calls of a form and puts others in their place. It knows kernels and memory, and
// nothing of nets or presets. What it does not find stays as it was recorded, so a step of any net is
// rewritten as far as the rules go.
//
//	front.go    drawing a batch depends on the step's number alone
//	head.go     an output layer of one unit, its loss and the way back
//	update.go   Adam looks for what is not finite; gradients and their update are one launch
//	dense.go    a product that a tile computes, with what comes before and after
//	convolve.go a convolution is a product whose factors are gathered
//	dead.go     what nobody reads is not computed
//	join.go     what need not wait for each other is one launch
//
// Most rules join calls that depend on each other. They may become one if no other path leads from one
// to another: then nothing has to happen between them. dead.go only drops calls, and join.go joins calls
// with no path between them at all. The paths are those of tape.Graph. They come from what the kernels
// declare that they read and write, so memory that two values share at different times counts too.
//
// # Bits
//
// Most rules keep all bits. The sums of head, unit_adam, of runs of conv_weight and of the tiles have an order of their own: they
// are left out with Options.Exact, or without a tile. In a step that adds the results of
// shards (tree_sum) head and unit_adam are left out too, and tiles that add columns beside the gradient of weights: whether
// a rule finds them depends on what is beside them, and a shard must have the same bits beside any others. The same options and the same step give the same
// calls, and so the same bits. Rules is the version of the rules.
package fuse
