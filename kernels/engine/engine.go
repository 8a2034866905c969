// Package engine runs ordinary Gorgonia programs on the CPU device's matrix product.
//
// An Engine is a BLAS: one line at the start of a program, and every float32 product
// of Gorgonia and of gorgonia.org/tensor is computed by it, on all cores:
//
//	gorgonia.Use(engine.New(0))
//
// It is a tensor.Engine too, for programs that would rather choose machine by machine
// or tensor by tensor:
//
//	gorgonia.NewTapeMachine(graph, gorgonia.WithEngine(e))
//	tensor.New(tensor.WithEngine(e), tensor.WithShape(m, n), tensor.Of(tensor.Float32))
//
// All else is what gonum and the tensor package's own engine do.
package engine

import (
	"sync"

	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/tensor"

	"gorgan/kernels/cpu"
)

// Engine is gonum's BLAS with an Sgemm of its own, and tensor.StdEng with a MatMul of
// its own for float32. It may be used by several goroutines; their products are
// computed one after the other, each on all workers.
type Engine struct {
	gonum.Implementation
	tensor.StdEng

	mu         sync.Mutex
	multiplier *cpu.Multiplier
	product    []float32 // of Sgemm, where it is not c itself; grows on first use
}

var (
	_ tensor.BLAS     = (*Engine)(nil)
	_ tensor.Engine   = (*Engine)(nil)
	_ tensor.MatMuler = (*Engine)(nil)
)

// New returns an engine with the given number of workers, 0 for one a core. Where the
// environment's cpu.LevelVar asks for what this processor or build lacks, Sgemm
// panics and MatMul returns an error that says so.
func New(workers int) *Engine {
	return &Engine{multiplier: cpu.NewMultiplier(workers)}
}

// Close ends the workers. An engine that serves until the program ends need not be
// closed; one that is closed must not be in use, as after gorgonia.Use of another.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.multiplier.Close()
}
