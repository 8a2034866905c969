//go:build linux && amd64 && !purego

package cpu

import (
	"runtime/debug"
	"testing"
	"unsafe"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// TestVectorBodiesWithinBounds: a body that reads or writes past the end of a tensor faults.
func TestVectorBodiesWithinBounds(t *testing.T) {
	debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(false)
	tried := 0
	for _, l := range isas {
		for _, k := range kernels.All() {
			run := l.bodies[k.Name]
			if run == nil {
				continue
			}
			tried++
			for _, size := range [][]int{{1, 1, 1, 1}, {3, 5, 7, 1}, {5, 17, 3, 3}, {3, 33, 2, 1}, {1, 100, 1, 1}, {40, 1, 5, 2}, {31, 7, 2, 1}, {67, 15, 3, 1}, {130, 9, 1, 1}, {2, 131, 4, 1}} {
				m := fencedMem(t, k, size[:len(k.Sizes)])
				items, _ := k.Items(m.N)
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Fatalf("%s: %s: %v: %v", l.name, k.Name, m.N, r)
						}
					}()
					half := items / 2
					for _, part := range [][2]int{{0, half}, {half, items}} {
						if part[0] < part[1] {
							run(m, part[0], part[1])
						}
					}
				}()
			}
		}
	}
	if tried == 0 {
		t.Error("no vector body was tried")
	}
}

// fencedMem returns the arguments of a call of k. The memory after each tensor cannot be read or
// written.
func fencedMem(t *testing.T, k *kernels.Kernel, size []int) kernels.Mem[float32] {
	m := kernels.Mem[float32]{N: size, S: make([]float32, len(k.Scalars))}
	for i := range m.S {
		m.S[i] = 0.5
	}
	for i, n := range k.Lens(size) {
		switch k.Params[i].Type {
		case tensor.Float32:
			m.F = append(m.F, fenced(t, n))
		case tensor.Uint32:
			w := fenced(t, n)
			m.U = append(m.U, unsafe.Slice((*uint32)(unsafe.Pointer(&w[0])), n))
		default:
			w := fenced(t, (n+3)/4)
			m.B = append(m.B, unsafe.Slice((*uint8)(unsafe.Pointer(&w[0])), 4*len(w))[4*len(w)-n:])
		}
	}
	return m
}
