package kernels

import (
	"math"
	"math/bits"
)

// Philox4x32 is the counter-based generator Philox4x32-10 of Salmon, Moraes, Dror
// and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 4.3:
// four random words for each counter and key.
func Philox4x32(counter [4]uint32, key [2]uint32) [4]uint32 {
	c0, c1, c2, c3 := counter[0], counter[1], counter[2], counter[3]
	k0, k1 := key[0], key[1]
	for range 10 {
		h0, l0 := bits.Mul32(0xD2511F53, c0)
		h1, l1 := bits.Mul32(0xCD9E8D57, c2)
		c0, c1, c2, c3 = h1^c1^k0, l1, h0^c3^k1, l0
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return [4]uint32{c0, c1, c2, c3}
}

// unit takes a word to a multiple of 2^-24 on [0,1), exactly.
func unit(w uint32) float32 { return float32(w>>8) * (1.0 / (1 << 24)) }

// Stream is the second word of the counter. It keeps apart what is drawn of one seed.
type Stream uint32

// PermuteStream is the first of the streams that Permute draws from, one a round; all
// below PermuteStream+2^16 are its own. Whoever draws else from the same key takes others.
const PermuteStream Stream = 5 << 16

// Key splits a seed into the generator's two key words.
func Key(seed uint64) [2]uint32 { return [2]uint32{uint32(seed), uint32(seed >> 32)} }

// Uniform fills dst with values on [-1,1), multiples of 2^-23: element i comes
// from word i%4 of counter (i/4, stream, step, 0).
func Uniform(dst []float32, key [2]uint32, stream Stream, step uint32) {
	uniformBlocks(dst, key, stream, step, 0, (len(dst)+3)/4)
}

func uniformBlocks(dst []float32, key [2]uint32, stream Stream, step uint32, lo, hi int) {
	for b := lo; b < hi; b++ {
		r := Philox4x32([4]uint32{uint32(b), uint32(stream), step, 0}, key)
		for j, w := range r[:min(4, len(dst)-4*b)] {
			dst[4*b+j] = 2*unit(w) - 1
		}
	}
}

// Normal fills dst with values of the normal distribution of mean 0 and the given
// standard deviation, by the method of Box and Muller (1958) in float64 from the
// counters that Uniform uses, those of step 0.
func Normal(dst []float32, stddev float64, key [2]uint32, stream Stream) {
	normalBlocks(dst, stddev, key, stream, 0, 0, (len(dst)+3)/4)
}

func normalBlocks(dst []float32, stddev float64, key [2]uint32, stream Stream, step uint32, lo, hi int) {
	for b := lo; b < hi; b++ {
		v := boxMuller(Philox4x32([4]uint32{uint32(b), uint32(stream), step, 0}, key))
		for j := range dst[4*b : min(4*b+4, len(dst))] {
			dst[4*b+j] = float32(stddev * v[j])
		}
	}
}

// boxMuller takes the words of one counter to values of mean 0 and standard deviation 1.
func boxMuller(r [4]uint32) (v [4]float64) {
	for j := 0; j < 4; j += 2 {
		// u in (0,1) keeps the logarithm finite.
		u := (float64(r[j]) + 0.5) / (1 << 32)
		radius := math.Sqrt(-2 * math.Log(u))
		sin, cos := math.Sincos(2 * math.Pi * float64(r[j+1]) / (1 << 32))
		v[j], v[j+1] = radius*cos, radius*sin
	}
	return v
}

// shuffleRounds is two more than the four after which a Feistel network of random
// functions cannot be told from a random permutation (Luby and Rackoff, 1988).
const shuffleRounds = 6

// Permute returns where a random permutation of 0..n-1, keyed by key and epoch,
// takes i. It is an unbalanced Feistel network over the bits that n-1 needs, with
// Philox as round function, walked until it falls below n (Black and Rogaway,
// "Ciphers with arbitrary finite domains", 2002, section 5). n is 1 to 2^31-1.
func Permute(i, n uint32, key [2]uint32, epoch uint64) uint32 {
	width := bits.Len32(n - 1)
	low := width / 2
	lowMask, highMask := uint32(1)<<low-1, uint32(1)<<(width-low)-1
	x := i
	for {
		l, h := x&lowMask, x>>low
		for round := range uint32(shuffleRounds) {
			if round%2 == 0 {
				h ^= shuffleWord(l, round, key, epoch) & highMask
			} else {
				l ^= shuffleWord(h, round, key, epoch) & lowMask
			}
		}
		if x = h<<low | l; x < n {
			return x
		}
	}
}

func shuffleWord(half, round uint32, key [2]uint32, epoch uint64) uint32 {
	return Philox4x32([4]uint32{half, uint32(PermuteStream) + round, uint32(epoch), uint32(epoch >> 32)}, key)[0]
}

// Image returns which of n images is drawn at a position of the endless stream:
// epoch position/n, in that epoch's order.
func Image(position uint64, n uint32, key [2]uint32) uint32 {
	return Permute(uint32(position%uint64(n)), n, key, position/uint64(n))
}
