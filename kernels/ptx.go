package kernels

import "embed"

// Each kernel's PTX is its Text or the file of its name, within its frames: one entry of that name whose
// parameters are the addresses of Params, the Scalars and the Sizes, as .u64, .f32
// and .u32, in that order. Float arithmetic names its rounding (.rn): without it one
// assembler may fuse a product and a sum and another not. What is only read comes by
// ld.global.nc.
//
//go:embed *.ptx
var sources embed.FS

// PTX returns the kernel's text for an NVIDIA GPU.
func (k *Kernel) PTX() string {
	if k.Text != nil {
		return k.Text()
	}
	text, _ := join(sources, k.Name+".ptx") // TestPTX holds that it is whole
	return text
}

// Grid is how many blocks, of how many threads each, run a kernel's PTX.
type Grid struct{ Blocks, Threads int }

// perThread is a grid of at least n threads.
func perThread(n int) Grid { return Grid{(n + 255) / 256, 256} }

// gridN is one thread for each of n elements, n the kernel's first size.
func gridN(size []int) Grid { return perThread(size[0]) }

// gridArea is one thread for each element of a (rows, cols) tensor.
func gridArea(size []int) Grid { return perThread(size[0] * size[1]) }

// gridRows is one block for each row of a (rows, cols) tensor; its threads take every
// 256th column of it.
func gridRows(size []int) Grid { return Grid{size[0], 256} }

// gridPartials is one block for each 16 columns of each group of rows that has a partial sum;
// thread t takes rows t/16, t/16+64, ... of the group, in the block's column t%16. Sixteen
// columns are the 64 bytes that the memory of a large GPU moves at once.
func gridPartials(size []int) Grid { return Grid{GradPartials(size[0]) * ((size[1] + 15) / 16), 1024} }

// gridNarrow is gridPartials with 4 columns a block. The sums have the same bits. Such a block is small
// enough to be in one launch with those of a matrix product.
func gridNarrow(size []int) Grid { return Grid{GradPartials(size[0]) * ((size[1] + 3) / 4), 256} }

// gridCounters is one thread for each 4 elements, the words of one counter.
func gridCounters(size []int) Grid { return perThread((size[0] + 3) / 4) }

// gridBlock is one block of as many warps as n elements fill, 32 at most; thread t of
// T takes elements t, t+T, ..., so that the order of a sum over all of them depends on
// n alone.
func gridBlock(size []int) Grid { return Grid{1, min(1024, (size[0]+31)/32*32)} }

// gridThread is a single thread.
func gridThread([]int) Grid { return Grid{1, 1} }

// gridChunks is one block for each Chunk of n elements, one thread an element. Less than a chunk
// takes no more warps than it fills.
func gridChunks(size []int) Grid {
	return Grid{(size[0] + Chunk - 1) / Chunk, min(Chunk, (size[0]+31)/32*32)}
}
