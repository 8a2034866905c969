//go:build gpu && !cpu

package driver

// #include <cuda.h>
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// Graph is a step that was captured from a stream. It can be launched any number of times.
type Graph struct{ exec C.CUgraphExec }

func stream(s cu.Stream) C.CUstream { return C.CUstream(unsafe.Pointer(s.C())) }

func check(call string, r C.CUresult) error {
	if err := result(r); err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

// Capture records the work that f puts on the stream s, and does none of it. s must not be the
// default stream. The caller is on a thread that is locked to the stream's context, and calls of
// other threads are not affected. f must not allocate, wait or load a module.
//
// An error of f is returned unchanged. After an error the stream does not capture any more. The
// caller closes the graph.
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

// Launch puts the captured step on the stream s.
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
