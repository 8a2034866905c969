// Package cuda is the CUDA device, a kernels.Device, and the one place that knows
// whether this build has it. Package kernels/device chooses between it and the CPU.
//
// Build tags: with none, or with cpu, the program is pure Go and this package only
// says why there is no CUDA device. The tag gpu, without cpu, is for the build
// that has one. The tag cuda is never used: it switches Gorgonia's own package to
// another engine.
package cuda
