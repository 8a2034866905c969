// Package cuda opens the device a command computes on, as its --device flag names
// it, and is the one place that knows whether this build has CUDA.
//
// Build tags: with none, or with cpu, the program is pure Go and this package only
// explains why there is no CUDA device. The tag gpu, without cpu, is for the build
// that has one. The tag cuda is never used: it switches Gorgonia's own package to
// another engine.
package cuda
