package kerneltest

import (
	"testing"

	"gorgan/kernels"
)

// TestEdgeWords: zeroWord and onesWord are what they say they are.
func TestEdgeWords(t *testing.T) {
	if w := kernels.Philox4x32([4]uint32{0, zeroWord, 1, 0}, [2]uint32{})[0]; w != 0 {
		t.Errorf("zeroWord gives %#x", w)
	}
	if w := kernels.Philox4x32([4]uint32{1, onesWord, 1, 0}, [2]uint32{})[0]; w != ^uint32(0) {
		t.Errorf("onesWord gives %#x", w)
	}
}
