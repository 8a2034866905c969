package device

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorgan/cuda"
	"gorgan/kernels/dense"
	"gorgan/kernels/plan"
)

// tileVersion is the version of the tiles of package dense in a plan. It goes up when a tile computes
// other bits than before.
const tileVersion = 1

// gpuOf returns what a plan for the card depends on.
func gpuOf(c cuda.Card, tf32 bool) plan.GPU {
	g := plan.GPU{Name: c.Name, Capability: fmt.Sprintf("%d.%d", c.Capability/10, c.Capability%10), Multiprocessors: c.Multiprocessors,
		CUBLAS: c.CUBLAS, Precision: plan.FP32}
	if tf32 {
		g.Precision = plan.TF32
	}
	return g
}

// tilesOf returns the tiles that fit a product on a GPU, the one that is the likeliest to suit it
// first: for the gradient of weights those that update them too, and where TF32 is asked for, those
// that compute in it.
func tilesOf(of plan.Product, gpu plan.GPU) []plan.Choice {
	fits := slices.DeleteFunc(dense.Tiles(), func(t dense.Tile) bool {
		return t.Capability() > capability(gpu) || t.TF32 && gpu.Precision != plan.TF32 || !t.Fits(of.M, of.N, of.K, of.Role[0] == 'T', of.Role[1] == 'T')
	})
	later := func(t dense.Tile) (rank int) {
		if of.Role == "TN" && t.Kernel(dense.Update) == nil {
			rank++
		}
		if gpu.Precision == plan.TF32 && !t.TF32 {
			rank += 2
		}
		return rank
	}
	slices.SortStableFunc(fits, func(a, b dense.Tile) int { return later(a) - later(b) })
	var all []plan.Choice
	for _, t := range fits {
		all = append(all, plan.Own(fmt.Sprintf("%s@%d", t.Name, tileVersion)))
	}
	return all
}

// capability returns the compute capability of a GPU as dense has it: 90 for 9.0.
func capability(g plan.GPU) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(g.Capability, ".", ""))
	return n
}

// tileOf returns the tile of a choice. ok is false for cuBLAS.
func tileOf(c plan.Choice) (t dense.Tile, ok bool) {
	text, own := c.Tile()
	name, _, _ := strings.Cut(text, "@")
	if !own {
		return t, false
	}
	return dense.Named(name)
}
