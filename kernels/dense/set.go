package dense

import "gorgan/kernels"

// offered has the kinds of each tile. What makes no sense for a tile is left out: an update
// is for the tiles whose blocks are as many as a GPU wants for the weights of one layer.
var offered = map[string][]Kind{
	"s":      {Forward, Classes, Noise, NoiseClasses, Masked, Backward, ProductNN, ProductNT, ProductTN},
	"m":      {Forward, Classes, Noise, NoiseClasses, Masked, Backward, ProductNN, ProductNT, ProductTN, Weights},
	"l":      {Forward, Masked, Backward, ProductNN, ProductNT, ProductTN, Weights},
	"w":      {ProductTN, Weights, Update},
	"tf32_s": {Forward, Classes, Noise, NoiseClasses, Masked, Backward, ProductNN, ProductNT, ProductTN, Weights, Update},
	"tf32_m": {Forward, Classes, Noise, NoiseClasses, Masked, Backward, ProductNN, ProductNT, ProductTN, Weights},
	"tf32_l": {Forward, Masked, Backward, ProductNN, ProductNT, ProductTN, Weights},
	"tf32_w": {ProductTN, Weights, Update},
}

// set is the kernels of all tiles.
type set struct {
	all []*kernels.Kernel
	of  map[string]map[Kind]*kernels.Kernel // by the name of the tile
}

var made = makeSet()

func makeSet() set {
	s := set{of: map[string]map[Kind]*kernels.Kernel{}}
	for _, t := range tiles {
		s.of[t.Name] = map[Kind]*kernels.Kernel{}
		for _, kind := range offered[t.Name] {
			k := kinds[kind].make(t)
			k.Name = "dense_" + kinds[kind].name + "_" + t.Name
			k.Grid = t.grid
			k.Text = text(k.Name)
			k.Capability = t.Capability()
			s.of[t.Name][kind] = &k
			s.all = append(s.all, &k)
		}
	}
	return s
}

// All returns every kernel of every tile. The order is fixed.
func All() []*kernels.Kernel { return append([]*kernels.Kernel(nil), made.all...) }

// Kernel returns the tile's kernel of that kind, the same one each time. It is nil if the tile has
// none. The kernel's name is "dense_", the kind, "_" and the tile: "dense_forward_m".
func (t Tile) Kernel(k Kind) *kernels.Kernel { return made.of[t.Name][k] }
