//go:build gpu && !cpu

package cuda

import (
	"cmp"
	"fmt"
	"math"
	"unsafe"

	"gorgonia.org/cu"

	"gorgan/cuda/driver"
	"gorgan/kernels"
)

func (d *device) Launch(k *kernels.Kernel, a kernels.Args) error {
	if err := k.Check(a); err != nil {
		return err
	}
	grid := k.Grid(a.Sizes)
	if int64(grid.Blocks) >= 1<<31 {
		return fmt.Errorf("cuda: %s needs %d blocks, want at most 2^31-1", k.Name, grid.Blocks)
	}
	var rejected error // PTX that the driver rejects does not harm the device
	err := d.run(k.Name, func() error {
		var f cu.Function
		if f, rejected = d.function(k); rejected != nil || d.mode == warmUp {
			return nil
		}
		var words [24]uint64
		w := words[:0]
		for _, t := range a.Tensors {
			w = append(w, uint64(t.Uintptr()))
		}
		for _, s := range a.Scalars {
			w = append(w, uint64(math.Float32bits(s)))
		}
		for _, s := range a.Sizes {
			w = append(w, uint64(s))
		}
		return driver.Launch(f, grid.Blocks, grid.Threads, d.stream, w)
	})
	return cmp.Or(err, rejected)
}

// function returns k's function. The driver compiles it at the first call.
func (d *device) function(k *kernels.Kernel) (cu.Function, error) {
	name := k.Name + "." + k.Name // the engine names it by module and function
	if f, ok := d.Functions()[name]; ok {
		return f, nil
	}
	if err := d.LoadCUDAFunc(k.Name, k.PTX(), []string{k.Name}); err != nil {
		return cu.Function{}, fmt.Errorf("cuda: %s: the driver does not take the PTX: %w", k.Name, driver.Describe(err))
	}
	return d.Functions()[name], nil
}

// Record captures the step as one CUDA graph. With --no-graph it keeps the step as it is.
func (d *device) Record(step func() error) (kernels.Step, error) {
	if d.noGraph {
		return &recorded{d, nil, step}, nil
	}
	var graph *driver.Graph
	var wrong error // an error of the step itself does not harm the device
	try := func() error { wrong = step(); return wrong }
	err := d.inMode(warmUp, "warming up a step", func() error { try(); return nil })
	if err == nil && wrong == nil {
		err = d.inMode(inStep, "capturing a step", func() (err error) {
			graph, err = driver.Capture(d.stream, try)
			if wrong != nil {
				return nil
			}
			return err
		})
	}
	if err = cmp.Or(err, wrong); err != nil {
		return nil, err
	}
	return &recorded{d, graph, step}, nil
}

// inMode calls f on the engine's goroutine. In f, Launch and MatMul work in mode m.
func (d *device) inMode(m mode, what string, f func() error) error {
	return d.whenIdle(what, func() error {
		d.mode = m
		defer func() { d.mode = queue }()
		return f()
	})
}

// recorded is a captured graph, or the step itself if graph is nil.
type recorded struct {
	dev   *device
	graph *driver.Graph
	step  func() error
}

func (r *recorded) Run() error {
	if r.graph == nil {
		var wrong error
		err := r.dev.inMode(inStep, "a step", func() error { wrong = r.step(); return nil })
		return cmp.Or(err, wrong)
	}
	return r.dev.whenIdle("a step", func() error { return r.graph.Launch(r.dev.stream) })
}

// warmUpMemory returns memory for n floats that nobody reads.
func (d *device) warmUpMemory(n int) ([]float32, error) {
	bytes := int64(n) * 4
	if d.scratch.bytes < bytes {
		at, err := cu.MemAlloc(bytes)
		if err != nil {
			return nil, err
		}
		d.scratch = memory{at, bytes} // smaller allocations are freed with the context
	}
	return unsafe.Slice((*float32)(driver.Pointer(d.scratch.at)), n), nil
}
