package kernels

import "gorgonia.org/tensor"

// What the augmentations of images share: translate, cutout and colour. Image i has four random words
// of its own, those of the counter (first+i, stream, step, 0). So a part of a batch is augmented as in
// the whole batch, if first is the number of its first image there.

// ImageShape is the shape of an image of a batch (images, Height, Width, Channels).
type ImageShape struct{ Height, Width, Channels int }

// Values returns the number of values of an image.
func (s ImageShape) Values() int { return s.Height * s.Width * s.Channels }

// ImageNumbers names the random words of images: Key (2) and Clock (1) are tensors of words, and First
// is the number of the first image.
type ImageNumbers struct {
	Key, Clock *tensor.Dense
	Stream     Stream
	First      int
}

// imageWords returns the words of image i, for tensors of words that begin with key and clock.
func imageWords(words [][]uint32, stream, first, i int) [4]uint32 {
	return Philox4x32([4]uint32{uint32(first + i), uint32(stream), words[1][0], 0}, [2]uint32(words[0]))
}

// below turns a word into a number from 0 to n-1: the whole part of n·w/2^32. The probabilities of two
// numbers differ by at most 2^-32.
func below(w uint32, n int) int { return int(uint64(w) * uint64(n) >> 32) }

// aside turns a word into a number from -most to most.
func aside(w uint32, most int) int { return below(w, 2*most+1) - most }
