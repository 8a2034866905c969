//go:build linux

package cpu

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
			{513, 3, 2}, {64, 512, 3}, {2, 9, 515}, {70, 45, 3}, {1024, 3, 2}, {2, 3, 1024}, {66, 130, 519}} {
			for flags := range 8 {
				p := Product{M: s[0], N: s[1], K: s[2], TA: flags&1 != 0, TB: flags&2 != 0, Add: flags&4 != 0}
				// Rows that lie apart in every other case.
				matrix := func(flip bool, rows, cols int) ([]float32, int) {
					if flip {
						rows, cols = cols, rows
					}
					ld := cols + 3*(flags>>2)
					return fenced(t, (rows-1)*ld+cols), ld
				}
				p.Dst, p.LdDst = matrix(false, p.M, p.N)
				p.A, p.LdA = matrix(p.TA, p.M, p.K)
				p.B, p.LdB = matrix(p.TB, p.K, p.N)
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Fatalf("%s: %v, flags %03b: %v", l.name, s, flags, r)
						}
					}()
					g.multiply(&p)
				}()
			}
		}
	}
}
