package convolve

import (
	"embed"

	"gorgan/kernels"
	"gorgan/kernels/dense"
)

// The tiles. Tile n is for results of few columns: images of one to four channels. The others have no slices, so
// that a sum is one chain in the order of its terms, and two tiles of the same arithmetic give the same bits.
var (
	narrow = dense.Tile{Name: "n", Rows: 256, Cols: 4, Depth: 16, Slices: 4}
	fp32   = [2]dense.Tile{ // small and large
		{Name: "m", Rows: 64, Cols: 64, Depth: 16, Slices: 1},
		{Name: "l", Rows: 128, Cols: 128, Depth: 8, Slices: 1},
	}
	tf32s = [2]dense.Tile{
		{Name: "tf32_m", Rows: 128, Cols: 64, Depth: 16, Slices: 1, TF32: true},
		{Name: "tf32_l", Rows: 128, Cols: 128, Depth: 16, Slices: 1, TF32: true},
	}
)

// Tiles returns every tile.
func Tiles() []dense.Tile { return []dense.Tile{narrow, fp32[0], fp32[1], tf32s[0], tf32s[1]} }

//go:generate go run ../../scripts/ptxgen convolve .

// The texts are written by scripts/ptxgen, from the tiles and the kinds of this package.
//
//go:embed *.ptx
var sources embed.FS

// key names a kernel of the package.
type key struct {
	tile string
	kind Kind
}

var made = makeAll()

func makeAll() map[key]*kernels.Kernel {
	all := map[key]*kernels.Kernel{}
	for _, t := range Tiles() {
		for kind := range Weight + 1 {
			all[key{t.Name, kind}] = newKernel(t, kind)
		}
	}
	return all
}

// newKernel returns the kernel of a tile and a kind. Its name is that of the kind and the tile: conv_back_m.
func newKernel(t dense.Tile, kind Kind) *kernels.Kernel {
	k := *kernels.Named(kinds[kind])
	if kind == Weight {
		lens := k.Lens
		k.Sizes = append(append([]string(nil), k.Sizes...), "runs")
		k.Lens = func(n []int) []int {
			all := lens(n[:runsAt])
			all[0] *= n[runsAt]
			return all
		}
	}
	k.Name += "_" + t.Name
	k.Product = false
	k.Capability = t.Capability()
	k.Tol = t.Tolerance()
	k.Terms = func(n []int) int { _, _, inner, _ := kind.Matrix(n); return inner }
	k.Grid = func(n []int) kernels.Grid {
		rows, cols, _, times := kind.Matrix(n)
		return kernels.Grid{Blocks: times * blocks(t, rows, cols), Threads: t.Threads()}
	}
	k.Text = func() string {
		b, _ := sources.ReadFile(k.Name + ".ptx") // TestCommitted in scripts/ptxgen holds that it is there
		return string(b)
	}
	kind.bodies(&k, t)
	return &k
}

// Kernel returns the kernel of that kind of a tile, the same one each time, or nil if there is no such tile.
func Kernel(t dense.Tile, kind Kind) *kernels.Kernel { return made[key{t.Name, kind}] }

// All returns every kernel. The order is fixed.
func All() (all []*kernels.Kernel) {
	for _, t := range Tiles() {
		for kind := range Weight + 1 {
			all = append(all, Kernel(t, kind))
		}
	}
	return all
}
