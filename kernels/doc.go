// Package kernels holds the kernels that a GAN step is made of, and the interface of the
// devices that run them. The devices have packages of their own: kernels/cpu and cuda.
//
// A kernel is one file. The file has a Kernel value that describes the arguments, a function
// that callers use, a float32 body for the CPU, and a plain float64 oracle for the tests.
// The PTX text for a GPU lies beside it. Package kerneltest runs every kernel of All, and
// MatMul, on any Device and compares the results with the oracles.
//
//	dev := cpu.New(0)
//	defer dev.Close()
//	y, err := dev.New(tensor.Float32, 128, 256)
//	...
//	err = dev.MatMul(y, x, weight, false, false)
//	err = kernels.BiasReLU(dev, y, bias, 0)
//
// Every value that changes from step to step (the step's number, the learning rate, the
// random numbers) lives in device memory. So a recorded step is replayed without anything
// sent from the host.
//
// # What holds for every function that launches a kernel
//
// Shapes: the comment of a function has each tensor's shape in brackets: w (n), y (rows,
// cols). Tensors are row-major, and B is the batch size. Only the number of elements must
// fit, except where the sizes are taken from a shape: (rows, cols) is the first dimension,
// and the product of the others. A tensor is not nil and has at least one dimension.
// Tensors are of type float32 unless the comment says uint32 or uint8.
//
// Ranges: a comment states the range of an argument that has one. Nothing checks the ranges
// of the elements of tensors. Numbers outside give the formula's result. Indices and labels
// outside give what the comment says. A NaN goes where the formula takes it, unless the
// comment says otherwise.
//
// Aliasing: a tensor that is written overlaps no other argument of the call. Tensors that
// are only read may overlap.
//
// Errors: a function returns the error of Kernel.Check, which names the argument that does
// not fit, or the device's error. No kernel is launched on arguments that do not fit. A device
// may return from a launch before the work is done. If the work fails then, Device.Sync
// returns the error.
//
// Common arguments: clock (1), uint32, is the step counter, and its value is the number of
// the step, from 1. key (2), uint32, is the seed as Key splits it. stream is the second word
// of the random counter, which keeps apart what is sampled with one seed. The random word of
// element i is word i%4 of Philox4x32 with the counter (i/4, stream, step, 0).
package kernels
