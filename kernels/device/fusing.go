package device

import (
	"gorgan/kernels"
	"gorgan/kernels/dense"
	"gorgan/kernels/fuse"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
	"gorgan/kernels/tune"
)

// joining returns what joins the kernels of a step on dev with the tiles that are chosen, and with each
// other unless apart is set.
func joining(dev kernels.Device, apart bool) tune.Rewrite {
	return func(s tape.Step, choose func(tape.Product) plan.Choice) (tape.Step, error) {
		return fuse.Step(s, fuse.Options{Device: dev, Apart: apart, Choose: func(p tape.Product) (dense.Tile, bool) { return tileOf(choose(p)) }})
	}
}
