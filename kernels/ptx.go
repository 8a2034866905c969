package kernels

import "embed"

// Each kernel's PTX is the file of its name: one entry of that name whose
// parameters are the addresses of Params, the Scalars and the Sizes, as .u64, .f32
// and .u32, in that order.
//
//go:embed *.ptx
var sources embed.FS

// PTX returns the kernel's text for an NVIDIA GPU.
func (k *Kernel) PTX() string {
	text, err := sources.ReadFile(k.Name + ".ptx")
	if err != nil {
		return "" // TestPTX holds that there is one for each kernel
	}
	return string(text)
}

// Grid is how many blocks, of how many threads each, run a kernel's PTX.
type Grid struct{ Blocks, Threads int }

// perThread is a grid of at least n threads.
func perThread(n int) Grid { return Grid{(n + 255) / 256, 256} }

// gridN is one thread for each of n elements, n the kernel's first size.
func gridN(size []int) Grid { return perThread(size[0]) }

// gridArea is one thread for each element of a (rows, cols) tensor.
func gridArea(size []int) Grid { return perThread(size[0] * size[1]) }

// gridColumns is one block for each 32 columns of a (rows, cols) tensor; thread
// 32*w+l takes rows w, w+32, ... of the block's column l.
func gridColumns(size []int) Grid { return Grid{(size[1] + 31) / 32, 1024} }

// gridBlock is one block, whose threads take every 1024th element, so that the
// order of a sum over all elements is fixed.
func gridBlock([]int) Grid { return Grid{1, 1024} }

// gridThread is a single thread.
func gridThread([]int) Grid { return Grid{1, 1} }

// gridChunks is one block for each Chunk of n elements, one thread an element.
func gridChunks(size []int) Grid { return Grid{(size[0] + Chunk - 1) / Chunk, Chunk} }
