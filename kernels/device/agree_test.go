package device

import (
	"slices"
	"sync"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/cpu"
	"gorgan/kernels/kerneltest"
	"gorgan/kernels/plan"
)

// TestAgree: all ranks have the launches of rank 0, whatever each would have chosen, and the same plan. Rank 0
// alone times.
func TestAgree(t *testing.T) {
	for name, plans := range map[string][]string{"other plans": {PlanOwn, PlanCUBLAS, PlanOwn}, "timed": {PlanTimed, PlanTimed, PlanTimed}} {
		t.Run(name, func(t *testing.T) {
			launches, settled := make([][]string, len(plans)), make([]Settled, len(plans))
			var all sync.WaitGroup
			for i, group := range kerneltest.Ranks(len(plans)) {
				all.Go(func() {
					dev := cpu.NewRank(1, group)
					defer dev.Close()
					p, err := newPlanned(dev, testGPU, fusing{productKernels, productKernels, tilesOf}, Options{Plan: plans[i], Group: group}, nil)
					if err != nil {
						t.Error(err)
						return
					}
					if timed := p.tuner != nil; timed != (i == 0 && plans[i] == PlanTimed) {
						t.Errorf("rank %d times: %v", i, timed)
					}
					launches[i] = append(stepOf(t, p, first, second), stepOf(t, p, odd, first)...)
					settled[i], _ = Settle(p)
					// After that each records what it likes.
					if i == 0 {
						stepOf(t, p, plan.Product{Role: "NN", M: 4, N: 4, K: 4})
					}
				})
			}
			all.Wait()
			for i := range plans {
				if len(launches[0]) != 4 || !slices.Equal(launches[i], launches[0]) {
					t.Errorf("rank %d has the launches %q, rank 0 has %q", i, launches[i], launches[0])
				}
				if !slices.EqualFunc(settled[i].Products, settled[0].Products, func(a, b plan.Entry) bool { return a.Product == b.Product && a.Choice == b.Choice }) {
					t.Errorf("rank %d has the plan %+v, rank 0 has %+v", i, settled[i].Products, settled[0].Products)
				}
			}
		})
	}
}

// lying is a group whose rank 0 says that its plan is longer than any.
type lying struct{ kernels.Alone }

func (lying) Size() int { return 2 }

func (lying) AllGather(to, _ []byte) error {
	for i := range to {
		to[i] = 0xff
	}
	return nil
}

// TestAgreeRefuses: a plan that cannot be one is an error, and takes no memory.
func TestAgreeRefuses(t *testing.T) {
	if err := agree(lying{}, new(plan.Plan)); err == nil {
		t.Error("a plan of 2^64-1 bytes was taken")
	}
}
