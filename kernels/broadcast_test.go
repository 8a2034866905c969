package kernels_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"gorgan/kernels"
	"gorgan/kernels/kerneltest"
)

// TestBroadcast: all ranks get the message of rank 0, of any length, and not those of the others.
func TestBroadcast(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		for _, size := range []int{0, 1, 4095, 4096, 4097, 20_000} {
			message := bytes.Repeat([]byte("gorgan "), size/7+1)[:size]
			var all sync.WaitGroup
			for _, g := range kerneltest.Ranks(n) {
				all.Go(func() {
					own := message
					if g.Rank() > 0 {
						own = []byte(fmt.Sprint("rank ", g.Rank()))
					}
					got, err := kernels.Broadcast(g, own)
					if err != nil || !bytes.Equal(got, message) {
						t.Errorf("rank %d of %d got %d bytes and the error %v, want %d bytes of rank 0", g.Rank(), n, len(got), err, size)
					}
				})
			}
			all.Wait()
		}
	}
	for _, g := range kerneltest.Ranks(1) {
		if _, err := kernels.Broadcast(g, make([]byte, 1<<24+1)); err == nil {
			t.Error("a message of more than 16 MiB was taken")
		}
	}
}
