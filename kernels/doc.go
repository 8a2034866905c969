// Package kernels holds the primitive passes a GAN step is made of, and the
// interface of the devices that run them. The devices are packages of their own:
// kernels/cpu and cuda.
//
// A kernel is one file: a Kernel value that describes its arguments, a checked
// wrapper that callers use, a float32 body for the CPU and a plain float64
// oracle for the tests. Package kerneltest runs every kernel of All, and MatMul,
// on any Device against the oracles.
//
// Shapes are written (rows, columns), row-major. B is the batch size.
//
//	dev := cpu.New(0)
//	defer dev.Close()
//	y, err := dev.New(tensor.Float32, 128, 256)
//	...
//	err = dev.MatMul(y, x, weight, false, false)
//	err = kernels.BiasReLU(dev, y, bias, 0)
//
// Every value that changes from step to step (the step's number, the learning
// rate, the random counters) lives in device memory, so that a step, once
// recorded, is replayed with nothing sent from the host.
package kernels
