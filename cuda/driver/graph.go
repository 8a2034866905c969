//go:build gpu && !cpu

package driver

// #include <cuda.h>
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// Graph is a step that was recorded from a stream and can be launched again and again.
type Graph struct{ exec C.CUgraphExec }

func stream(s cu.Stream) C.CUstream { return C.CUstream(unsafe.Pointer(s.C())) }

func check(call string, r C.CUresult) error {
	if err := result(r); err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

// Capture records what f puts on the stream s, which must not be the default one, and
// runs nothing of it. It is called on a thread locked to the stream's context; calls of
// other threads are not affected. f must not allocate, wait, nor load a module. An
// error of f is returned as it is; the stream is never left capturing. The caller
// closes the graph.
func Capture(s cu.Stream, f func() error) (*Graph, error) {
	if err := check("cuStreamBeginCapture", C.cuStreamBeginCapture(stream(s), C.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)); err != nil {
		return nil, err
	}
	var graph C.CUgraph
	ended := false
	defer func() {
		if !ended { // f did not return
			C.cuStreamEndCapture(stream(s), &graph)
		}
		if graph != nil {
			C.cuGraphDestroy(graph)
		}
	}()
	err := f()
	ended = true
	endErr := check("cuStreamEndCapture", C.cuStreamEndCapture(stream(s), &graph))
	if err != nil {
		return nil, err
	}
	if endErr != nil {
		return nil, endErr
	}
	g := new(Graph)
	if err := check("cuGraphInstantiate", C.cuGraphInstantiateWithFlags(&g.exec, graph, 0)); err != nil {
		return nil, err
	}
	return g, nil
}

// Launch puts the recorded step on the stream s.
func (g *Graph) Launch(s cu.Stream) error {
	return check("cuGraphLaunch", C.cuGraphLaunch(g.exec, stream(s)))
}

// Close frees the graph. A second call does nothing.
func (g *Graph) Close() error {
	if g.exec == nil {
		return nil
	}
	err := check("cuGraphExecDestroy", C.cuGraphExecDestroy(g.exec))
	g.exec = nil
	return err
}
