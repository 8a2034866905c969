// Package engine runs ordinary Gorgonia programs with the matrix product of the CPU device.
//
// An Engine is a BLAS. With one line at the start of a program it computes every float32 product
// of Gorgonia and of gorgonia.org/tensor, on all cores:
//
//	gorgonia.Use(engine.New(0))
//
// It is also a tensor.Engine, for programs that choose for each machine or for each tensor:
//
//	gorgonia.NewTapeMachine(graph, gorgonia.WithEngine(e))
//	tensor.New(tensor.WithEngine(e), tensor.WithShape(m, n), tensor.Of(tensor.Float32))
//
// For everything else it does what gonum and the tensor package's own engine do.
package engine

import (
	"sync"

	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/tensor"

	"gorgan/kernels/cpu"
)

// Engine is gonum's BLAS with its own Sgemm, and tensor.StdEng with its own MatMul for float32.
// Several goroutines may use it. It computes their products one after the other, each on all
// workers.
type Engine struct {
	gonum.Implementation
	tensor.StdEng

	mu         sync.Mutex
	multiplier *cpu.Multiplier
	product    []float32 // the product of an Sgemm that cannot write to c directly; grows on first use
}

var (
	_ tensor.BLAS     = (*Engine)(nil)
	_ tensor.Engine   = (*Engine)(nil)
	_ tensor.MatMuler = (*Engine)(nil)
)

// New returns an engine with the given number of workers, or one for each core if workers is 0. If
// cpu.LevelVar asks for a level that this processor or build lacks, Sgemm panics and MatMul
// returns an error.
func New(workers int) *Engine {
	return &Engine{multiplier: cpu.NewMultiplier(workers)}
}

// Close ends the workers. A second call returns an error. An engine need not be closed if it is in
// use until the program ends. A closed engine must not be in use: first call gorgonia.Use with
// another one.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.multiplier.Close()
}
