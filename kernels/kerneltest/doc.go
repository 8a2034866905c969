// Package kerneltest is the test suite of every kernels.Device. The test of a device is one loop:
//
//	for name, check := range kerneltest.All() {
//		t.Run(name, func(t *testing.T) {
//			if err := check(dev); err != nil {
//				t.Error(err)
//			}
//		})
//	}
//
// The command doctor runs the same checks to find out whether a device is sound.
//
// Each kernel of Kernels, and MatMul, runs on sizes on both sides of a warp and of a block. It
// runs on ordinary, huge, zero and non-finite values. The suite checks that
//
//   - the outputs are those of the float64 oracle, within the kernel's tolerance;
//   - the inputs, and guard values before and after each tensor, keep their bits;
//   - a second run gives the same bits, whatever the outputs held before;
//   - gradients are close to central differences of the oracle.
//
// A kernel without a row in the table of cases fails the suite.
package kerneltest
