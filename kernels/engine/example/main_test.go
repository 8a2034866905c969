package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"go.uber.org/goleak"
	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"

	"gorgan/dataset"
	"gorgan/kernels/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// each runs f twice, with Gorgonia as it is and with the added line.
func each(f func(name string)) {
	f("plain")
	e := engine.New(0)
	defer e.Close()
	G.Use(e)
	defer G.Use(gonum.Implementation{})
	f("engine")
}

func digits(t testing.TB) *dataset.Set {
	t.Helper()
	set, _, err := dataset.Open(context.Background(), "mnist", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func newNet(t testing.TB, solver string, batch, hidden int) *mlp {
	t.Helper()
	n, err := newMLP(batch, solvers()[solver], 784, hidden, hidden, 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.close)
	return n
}

// TestSameLearning: the added line changes the losses by no more than rounding.
func TestSameLearning(t *testing.T) {
	const batch, steps = 32, 40
	set := digits(t)
	var losses [2][]float64
	runs := 0
	each(func(string) {
		n := newNet(t, "sgd", batch, 48)
		for step := range steps {
			n.load(set, step*batch)
			if err := n.learn(); err != nil {
				t.Fatal(err)
			}
			losses[runs] = append(losses[runs], float64(n.loss.Data().(float32)))
		}
		runs++
	})
	for step, plain := range losses[0] {
		if got := losses[1][step]; !(math.Abs(got-plain) <= 1e-4*plain) {
			t.Errorf("step %d: loss %g, plain Gorgonia's is %g", step+1, got, plain)
		}
	}
	if first, last := losses[1][0], losses[1][steps-1]; !(last < 0.7*first) {
		t.Errorf("nothing is learned: loss %g, then %g", first, last)
	}
}

// BenchmarkStep is a training step at batch 128.
func BenchmarkStep(b *testing.B) {
	set := digits(b)
	for _, hidden := range []int{256, 512, 1024} {
		for _, solver := range slices.Sorted(maps.Keys(solvers())) {
			each(func(name string) {
				b.Run(fmt.Sprintf("hidden=%d/%s/%s", hidden, solver, name), func(b *testing.B) {
					n := newNet(b, solver, 128, hidden)
					n.load(set, 0)
					for b.Loop() {
						if err := n.learn(); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	}
}
