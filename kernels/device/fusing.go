package device

import (
	"gorgonia.org/tensor"

	"gorgan/kernels"
	"gorgan/kernels/convolve"
	"gorgan/kernels/dense"
	"gorgan/kernels/fuse"
	"gorgan/kernels/plan"
	"gorgan/kernels/tape"
	"gorgan/kernels/tune"
)

// joining returns what joins the kernels of a step on dev with the tiles that are chosen, and with each
// other unless apart is set. tf32 allows convolutions in TF32.
func joining(dev kernels.Device, tf32, apart bool, memory *spares) tune.Rewrite {
	return func(s tape.Step, choose func(tape.Product) plan.Choice) (tape.Step, error) {
		return fuse.Step(s, fuse.Options{Device: dev, Apart: apart, Spare: memory.get,
			Choose: func(p tape.Product) (dense.Tile, bool) { return tileOf(choose(p)) },
			Convolve: func(kernel string, sizes []int) (*kernels.Kernel, []int, bool) {
				return convolve.Choose(kernel, sizes, tf32)
			},
		})
	}
}

// spares is the memory that rewritten steps have beside their own. Tuning rewrites a step many times, and
// one step runs at a time, so all of them share it.
type spares struct {
	dev kernels.Device
	all []*tensor.Dense
}

// get returns memory for n numbers, the same for an nth as long as it is large enough.
func (s *spares) get(nth, n int) (t *tensor.Dense, err error) {
	for len(s.all) <= nth {
		s.all = append(s.all, nil)
	}
	if held := s.all[nth]; held == nil || held.Shape().TotalSize() < n {
		if s.all[nth], err = s.dev.New(tensor.Float32, n); err != nil {
			return nil, err
		}
	}
	return s.dev.View(s.all[nth], 0, n)
}
