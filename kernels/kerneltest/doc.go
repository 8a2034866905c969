// Package kerneltest is the one test suite of every kernels.Device. A device's own
// test is one loop:
//
//	for name, check := range kerneltest.All() {
//		t.Run(name, func(t *testing.T) {
//			if err := check(dev); err != nil {
//				t.Error(err)
//			}
//		})
//	}
//
// The program runs the same checks when it is asked whether a device is sound.
//
// Each kernel of kernels.All, and MatMul, runs on sizes either side of a warp and
// a block, on ordinary, huge, zero and non-finite values. What it writes is held
// against the float64 oracle; what it may not write (inputs, and guard values
// before and after each tensor) must stay as it was, bit for bit; and a second
// run must give the same bits. Gradients are held against central differences of
// the oracle. A kernel without a row in the table of cases fails the suite.
package kerneltest
