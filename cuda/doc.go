// Package cuda is the CUDA device, a kernels.Device. Only this package knows whether the build
// has it. Package kernels/device chooses between it and the CPU.
//
// Build tags: without tags, or with the tag cpu, the program is pure Go, and Open of this
// package returns an error that says why there is no CUDA device. The build with the tag gpu,
// and without cpu, has the device. The tag cuda is never used: it switches Gorgonia's own
// package to another engine.
package cuda
