// Package streams is the register of random streams: what is drawn from which numbers of
// a seed.
//
// What two families draw from one seed is independent as long as they do not overlap. A
// family is 2^16 streams; which of them is meant stands behind it.
package streams

import "gorgan/kernels"

// The families.
const (
	Weights  kernels.Stream = 1 << 16               // first weights: the number of the tensor
	DisNoise kernels.Stream = 2 << 16               // noise of D's update: its number in the step
	GenNoise kernels.Stream = 3 << 16               // noise of G's update: 0
	Samples  kernels.Stream = 4 << 16               // noise of one sample, whose number is the seed: 0
	Shuffle  kernels.Stream = kernels.PermuteStream // order of the data: the round of kernels.Permute

	InstanceNoise kernels.Stream = 0x80 << 16 // noise on the images that D sees: the stage of the step
	PenaltyPoint  kernels.Stream = 0x81 << 16 // where D's gradient is penalised: the stage of the step
	// Dropout is the first of many families: that of layer i is i families behind it. The
	// stage of the step is the number of the stream.
	Dropout kernels.Stream = 0x82 << 16

	Shifts kernels.Stream = 0x8000 << 16 // shifts of the images that a classifier learns from: 0
)
