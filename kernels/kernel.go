package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Access says what a kernel does with a tensor.
type Access uint8

// A kernel reads In tensors, writes every element of Out tensors, and does both
// with InOut.
const (
	In Access = iota
	Out
	InOut
)

// Domain is which values a float tensor is meant to hold. The tests fill it with such.
type Domain uint8

// The domains.
const (
	Any          Domain = iota
	NotNegative         // second moments
	Positive            // 0.1 or more: Adagrad's sums
	Rate                // a learning rate: small, not negative
	Share               // from 0 to 1, as a sigmoid gives
	Probability         // the same, but above 1e-35: what is divided by it is a float32
	Tanh                // from -1 to 1, as BiasTanh gives
	Rectified           // often 0, as BiasReLU gives
	MostlyFinite        // so seldom NaN or infinite that one alone decides about a Chunk
)

// Param is one tensor argument.
type Param struct {
	Name   string
	Type   tensor.Dtype
	Access Access
	Domain Domain
}

func in(name string) Param    { return Param{Name: name, Type: tensor.Float32, Access: In} }
func out(name string) Param   { return Param{Name: name, Type: tensor.Float32, Access: Out} }
func inout(name string) Param { return Param{Name: name, Type: tensor.Float32, Access: InOut} }
func words(name string) Param { return Param{Name: name, Type: tensor.Uint32, Access: In} }

// of is p with values of a domain.
func (p Param) of(d Domain) Param {
	p.Domain = d
	return p
}

// Real is a float a body is written for.
type Real interface{ float32 | float64 }

// Mem is what a body sees of its arguments: the float tensors, the word tensors
// and the byte tensors, each in the order of Kernel.Params, then the scalars and
// the sizes in the order of Kernel.Scalars and Kernel.Sizes.
type Mem[T Real] struct {
	F [][]T
	U [][]uint32
	B [][]uint8
	S []T
	N []int
}

// Tol is how far a float32 result may be from the oracle:
// Abs + Rel*|want| + Cancel*M, M the largest magnitude among the arguments.
type Tol struct{ Abs, Rel, Cancel float64 }

var (
	// A few float32 roundings and one approximate exp or log.
	defaultTol = Tol{Abs: 1e-6, Rel: 1e-5}
	// The same for sums whose terms may cancel: their rounding stays that of the terms.
	sumTol = Tol{Abs: 1e-6, Rel: 1e-5, Cancel: 1e-6}
	// Float64 throughout, rounded to float32 once.
	roundedTol = Tol{Rel: 1e-7}
)

// Kernel is one pass over device memory and all that is needed to call and to
// test it.
type Kernel struct {
	Name    string
	Params  []Param
	Scalars []string // float32 arguments
	Sizes   []string // positive integer arguments, below 2^31
	// Lens gives the elements each of Params holds for the given sizes.
	Lens func(size []int) []int
	// Items gives the number of independent pieces of the work and how many
	// element operations one takes. No result depends on how pieces are shared out.
	Items func(size []int) (n, cost int)
	// Grid gives the launch of the kernel's PTX.
	Grid func(size []int) Grid
	Tol  Tol
	F32  Body // for the CPU
	// F64 is the oracle: the whole work, by the formula as it is written in the
	// wrapper's comment.
	F64 func(m Mem[float64])
}

// Body does the pieces lo to hi-1 of a kernel's work.
type Body func(m Mem[float32], lo, hi int)

// Args are one call's arguments, in the order of the Kernel's fields.
type Args struct {
	Tensors []*tensor.Dense
	Scalars []float32
	Sizes   []int
}

// All returns every kernel.
func All() []*Kernel {
	return []*Kernel{
		&biasReLU, &biasSigmoid, &biasLinear, &reluGrad, &sigmoidGrad, &linearGrad,
		&biasTanh, &tanhGrad, &maxout, &maxoutGrad, &maxoutPick, &dropout,
		&classBias, &classGrad, &labels,
		&bceLogits, &sigmoid, &logLoss, &logLossGrad, &sigmoidBack,
		&leastSquares, &hinge, &wasserstein, &pairing, &rowPenalty, &rowLoss,
		&adamRate, &adam, &adagrad, &momentum, &ema, &clip, &decay, &ramp, &copies, &add,
		&tick, &uniform, &normal, &shuffle, &gather, &sum, &nonFinite,
		&interpolate, &perturb, &standardDeviation, &addNoise,
	}
}

// Named returns the kernel of that name, or nil.
func Named(name string) *Kernel {
	for _, k := range All() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Check reports whether a fits k: the counts, and each tensor's type and length.
func (k *Kernel) Check(a Args) error {
	if len(a.Tensors) != len(k.Params) || len(a.Scalars) != len(k.Scalars) || len(a.Sizes) != len(k.Sizes) {
		return fmt.Errorf("kernels: %s: got %d tensors, %d scalars and %d sizes, want %d, %d and %d", k.Name,
			len(a.Tensors), len(a.Scalars), len(a.Sizes), len(k.Params), len(k.Scalars), len(k.Sizes))
	}
	for i, n := range a.Sizes {
		if n < 0 || int64(n) >= 1<<31 {
			return fmt.Errorf("kernels: %s: %s is %d, want 0 to 2^31-1", k.Name, k.Sizes[i], n)
		}
	}
	for i, n := range k.Lens(a.Sizes) {
		p, t := k.Params[i], a.Tensors[i]
		if t == nil {
			return fmt.Errorf("kernels: %s: %s is missing", k.Name, p.Name)
		}
		if t.Dtype() != p.Type {
			return fmt.Errorf("kernels: %s: %s is of type %v, want %v", k.Name, p.Name, t.Dtype(), p.Type)
		}
		if got := t.Shape().TotalSize(); got != n {
			return fmt.Errorf("kernels: %s: %s has %d elements, want %d", k.Name, p.Name, got, n)
		}
	}
	return nil
}

// elementwise is Items for a kernel of size n that treats each element alone.
func elementwise(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return size[0], cost }
}

// single is Items for work in one piece, whose order of summation is fixed.
func single([]int) (int, int) { return 1, 1 }

// rowsCols returns a (rows, columns) tensor's sizes.
func rowsCols(t *tensor.Dense) []int {
	rows, cols := t.Shape()[0], 1
	for _, n := range t.Shape()[1:] {
		cols *= n
	}
	return []int{rows, cols}
}
