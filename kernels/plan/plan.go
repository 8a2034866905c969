// Package plan keeps what computes each matrix product of a step on a GPU: cuBLAS, or one of the
// program's own tiles. The same plan on the same GPU gives the same bits, with the same cuBLAS and the
// same version of the program.
//
//	plans, err := plan.Read("plans.json")
//	p, ok := plan.For(plans, gpu)
//	choice, ok := p.Choice(plan.ProductOf(product))
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorgan/kernels/tape"
)

// GPU is what a plan depends on: the card, the cuBLAS there, and how products round.
type GPU struct {
	Name            string `json:"name"`
	Capability      string `json:"compute_capability"` // "9.0"
	Multiprocessors int    `json:"multiprocessors"`
	CUBLAS          string `json:"cublas"`    // "13.1.0", empty if it is unknown
	Precision       string `json:"precision"` // FP32 or TF32
}

// The values of GPU.Precision.
const (
	FP32 = "fp32"
	TF32 = "tf32"
)

// String is the GPU in words: "NVIDIA H200, compute capability 9.0, 132 multiprocessors, cuBLAS
// 13.1.0, fp32".
func (g GPU) String() string {
	return fmt.Sprintf("%s, compute capability %s, %d multiprocessors, cuBLAS %s, %s", g.Name, g.Capability, g.Multiprocessors,
		cmp.Or(g.CUBLAS, "of an unknown version"), g.Precision)
}

// Suits reports whether a plan of g can be used on o: the card and the precision are the same. Another
// cuBLAS changes the bits of its products, and perhaps which choice is the fastest.
func (g GPU) Suits(o GPU) bool {
	g.CUBLAS = o.CUBLAS
	return g == o
}

// Product is a matrix product by what decides its time: op(A) is (M,K) and op(B) is (K,N). Role has a
// letter for A and one for B, T if it is transposed and N if not.
type Product struct {
	Role string `json:"role"`
	M    int    `json:"m"`
	N    int    `json:"n"`
	K    int    `json:"k"`
}

// ProductOf returns the product that p is.
func ProductOf(p tape.Product) Product {
	letter := map[bool]string{false: "N", true: "T"}
	m, n, k := p.Dims()
	return Product{letter[p.TA] + letter[p.TB], m, n, k}
}

// String is the product in words: "NN 128,256,784", with M, N and K.
func (p Product) String() string { return fmt.Sprintf("%s %d,%d,%d", p.Role, p.M, p.N, p.K) }

// Choice is what computes a product: CUBLAS, or Own of a tile.
type Choice string

// CUBLAS is the choice of cuBLAS.
const CUBLAS Choice = "cublas"

const own = "own:"

// Own returns the choice of a tile, which is named NAME@VERSION. A tile that computes other bits than
// before has another version.
func Own(tile string) Choice { return Choice(own + tile) }

// Tile returns the name and version of the program's own tile. ok is false for cuBLAS.
func (c Choice) Tile() (tile string, ok bool) { return strings.CutPrefix(string(c), own) }

// Entry is the choice for one product. Micros are the median times of the candidates, in µs, for the
// product and the kernels that a tile takes into it. It is nil if nothing was timed.
type Entry struct {
	Product
	Choice Choice             `json:"choice"`
	Micros map[Choice]float64 `json:"us,omitempty"`
}

// Plan has the choices for the products of a step, for one GPU. A product without an entry goes to
// cuBLAS.
type Plan struct {
	GPU    GPU    `json:"gpu"`
	Source string `json:"source"` // one of Sources
	// Rules is the version of the rules that join the kernels of a step. They decide bits, as the tiles do.
	Rules int `json:"rules"`
	// AsRecorded means that the step is run as it was recorded: no kernel is joined with another.
	AsRecorded bool    `json:"as_recorded,omitempty"`
	Products   []Entry `json:"products"`
}

// Where a plan comes from.
const (
	Timed   = "timed"   // the candidates were timed
	Shipped = "shipped" // the program has it
	File    = "file"    // the user named it
	Fixed   = "fixed"   // the user asked for cuBLAS or for tiles everywhere
)

// Sources returns the values of Plan.Source.
func Sources() []string { return []string{Timed, Shipped, File, Fixed} }

// Choice returns the choice for a product. ok is false if the plan does not have the product.
func (p *Plan) Choice(of Product) (c Choice, ok bool) {
	for _, e := range p.Products {
		if e.Product == of {
			return e.Choice, true
		}
	}
	return CUBLAS, false
}

// Count returns how many products tiles compute, and how many cuBLAS computes.
func (p *Plan) Count() (tiles, cublas int) {
	for _, e := range p.Products {
		if _, is := e.Choice.Tile(); is {
			tiles++
		}
	}
	return tiles, len(p.Products) - tiles
}

// For returns the plan that suits a GPU. A plan of the same cuBLAS goes before others.
func For(plans []Plan, g GPU) (p Plan, ok bool) {
	at := slices.IndexFunc(plans, func(p Plan) bool { return p.GPU == g })
	if at < 0 {
		at = slices.IndexFunc(plans, func(p Plan) bool { return p.GPU.Suits(g) })
	}
	if at < 0 {
		return Plan{}, false
	}
	return plans[at], true
}
