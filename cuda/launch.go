//go:build gpu && !cpu

package cuda

import (
	"cmp"
	"fmt"
	"math"
	"unsafe"

	"gorgonia.org/cu"
	"gorgonia.org/tensor"

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
		var words [kernels.MaxArguments]uint64
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
		early := d.pdl && d.mode == inStep && !d.late
		d.late = false
		return driver.Launch(f, grid.Blocks, grid.Threads, d.stream, w, early)
	})
	return cmp.Or(err, rejected)
}

// function returns k's function. The driver compiles it at the first call.
func (d *device) function(k *kernels.Kernel) (cu.Function, error) {
	name := k.Name + "." + k.Name // the engine names it by module and function
	if f, ok := d.Functions()[name]; ok {
		return f, nil
	}
	if c := d.card.Capability; k.Capability > c {
		return cu.Function{}, fmt.Errorf("cuda: %s is for compute capability %d.%d, the device has %d.%d: %w", k.Name,
			k.Capability/10, k.Capability%10, c/10, c%10, kernels.ErrCapability)
	}
	text := k.PTX()
	if d.pdl {
		var err error
		if text, err = EarlyText(text); err != nil {
			return cu.Function{}, fmt.Errorf("cuda: %s: %w", k.Name, err)
		}
	}
	if err := d.LoadCUDAFunc(k.Name, text, []string{k.Name}); err != nil {
		return cu.Function{}, fmt.Errorf("cuda: %s: the driver does not take the PTX: %w", k.Name, driver.Describe(err))
	}
	return d.Functions()[name], nil
}

// Record captures the step as one CUDA graph. With --no-graph it keeps the step as it is.
func (d *device) Record(step func() error, _ ...*tensor.Dense) (kernels.Step, error) {
	if d.noGraph {
		return &recorded{dev: d, step: step}, nil
	}
	var wrong error // an error of the step itself does not harm the device
	err := d.inMode(warmUp, "warming up a step", func() error { wrong = step(); return nil })
	if err = cmp.Or(err, wrong); err != nil {
		return nil, err
	}
	r := &recorded{dev: d, step: step}
	r.graph, err = d.capture(step, 1)
	return r, err
}

// capture returns a graph of n steps, one after the other. The step is warm.
func (d *device) capture(step func() error, n int) (graph *driver.Graph, err error) {
	var wrong error
	err = d.inMode(inStep, "capturing a step", func() (err error) {
		graph, err = driver.Capture(d.stream, func() error {
			for range n {
				if wrong = step(); wrong != nil {
					return wrong
				}
			}
			return nil
		})
		if wrong != nil {
			return nil
		}
		if err == nil && d.comm != nil {
			d.graphs = append(d.graphs, graph)
		}
		return err
	})
	return graph, cmp.Or(err, wrong)
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
	many  *driver.Graph // of manySteps steps, nil until RunMany needs it
	step  func() error
}

// manySteps is the number of steps in the second graph of a recorded step. A card pauses between two
// graphs, and a process needs some microseconds to launch one.
const manySteps = 10

func (r *recorded) Run() error {
	if r.graph == nil {
		var wrong error
		err := r.dev.inMode(inStep, "a step", func() error { wrong = r.step(); return nil })
		return cmp.Or(err, wrong)
	}
	return r.dev.whenIdle("a step", func() error { return r.graph.Launch(r.dev.stream) })
}

func (r *recorded) RunMany(n int) (err error) {
	if r.graph == nil {
		return kernels.RunEach(r, n)
	}
	if n >= manySteps && r.many == nil {
		if r.many, err = r.dev.capture(r.step, manySteps); err != nil {
			return err
		}
	}
	return r.dev.whenIdle("a step", func() error {
		for n > 0 {
			graph, steps := r.graph, 1
			if n >= manySteps {
				graph, steps = r.many, manySteps
			}
			if err := graph.Launch(r.dev.stream); err != nil {
				return err
			}
			n -= steps
		}
		return nil
	})
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
