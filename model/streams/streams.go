// Package streams is the register of random streams: it says which numbers of a seed are for what.
//
// Streams are in families of 2^16. The random numbers of two families are independent, because
// the families do not overlap. The comment of a family says which of its streams is used.
package streams

import "gorgan/kernels"

// The families.
const (
	Weights     kernels.Stream = 1 << 16               // first weights; the stream is the number of the tensor
	DisNoise    kernels.Stream = 2 << 16               // noise of D's update; the stream is the turn in the step
	GenNoise    kernels.Stream = 3 << 16               // noise of G's update; stream 0
	Samples     kernels.Stream = 4 << 16               // noise of one sample, whose number is the seed; stream 0
	Codes       kernels.Stream = 6 << 16               // categorical codes; the stream is the stage of the step
	CodeValues  kernels.Stream = 7 << 16               // continuous codes; the stream is the stage of the step
	SampleCodes kernels.Stream = 8 << 16               // codes of one sample, whose number is the seed; streams 0 (categorical) and 1 (continuous)
	Shuffle     kernels.Stream = kernels.PermuteStream // order of the data; the stream is the round of kernels.Permute

	Translation kernels.Stream = 0x70 << 16 // translations of D's images; the stream is the stage of the step
	Cutout      kernels.Stream = 0x71 << 16 // what is cut out of D's images; the stream is the stage of the step
	Colour      kernels.Stream = 0x72 << 16 // changes of the colours of D's images; the stream is the stage of the step

	InstanceNoise kernels.Stream = 0x80 << 16 // noise on D's images; the stream is the stage of the step
	PenaltyPoint  kernels.Stream = 0x81 << 16 // penalty points; the stream is the stage of the step
	// Dropout is the first of many families, one for each layer. The family of layer i is the ith
	// after it. The stream is the stage of the step.
	Dropout kernels.Stream = 0x82 << 16

	Shifts      kernels.Stream = 0x8000 << 16 // shifts of the images that a classifier is trained on; stream 0
	Versions    kernels.Stream = 0x8001 << 16 // the versions of these images in a pretext task; stream 0
	Projections kernels.Stream = 0x8002 << 16 // directions that images are projected on; the stream is the number of the direction
)
