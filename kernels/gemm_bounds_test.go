//go:build linux

package kernels

import (
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"
)

// fenced returns n elements right before memory that no one may touch.
func fenced(t *testing.T, n int) []float32 {
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(m); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Mprotect(m[size:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&m[size-4*n])), n)
}

// TestReadsWithinBounds: guards show what is written; a fault shows what is read.
func TestReadsWithinBounds(t *testing.T) {
	debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(false)
	p := newPool(1)
	defer p.close()
	for _, l := range levels {
		g := newGemm(l, p)
		for _, s := range [][3]int{{1, 1, 1}, {3, 5, 7}, {13, 17, 3}, {14, 33, 2}, {5, 63, 4}, {29, 31, 9}, {15, 48, 8}, {1, 7, 5}, {7, 1, 6},
			{513, 3, 2}, {64, 512, 3}, {2, 9, 515}} {
			m, n, k := s[0], s[1], s[2]
			dst, a, b := fenced(t, m*n), fenced(t, m*k), fenced(t, k*n)
			for flags := range 4 {
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Fatalf("%s: %v, transposed %02b: %v", l.name, s, flags, r)
						}
					}()
					g.product(dst, a, b, m, n, k, flags&1 != 0, flags&2 != 0)
				}()
			}
		}
	}
}
