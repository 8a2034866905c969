package kernels

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"
)

// Access says what a kernel does with a tensor.
type Access uint8

// A kernel reads In tensors and writes every element of Out tensors. It reads InOut tensors
// and may write any of their elements. A Mark tensor has words. The kernel changes words that are 0
// to the number of the step, in one piece, and leaves the others. So the order of kernels that mark
// the same words does not matter.
const (
	In Access = iota
	Out
	InOut
	Mark
)

// Domain is the set of values that a float tensor is meant to hold. The tests fill the
// tensor with such values.
type Domain uint8

// The domains.
const (
	Any          Domain = iota
	NotNegative         // 0 or more: second moments
	Positive            // 0.1 or more: Adagrad's sums
	Rate                // small, 0 or more: a learning rate
	Share               // in [0,1]: the output of a sigmoid
	Probability         // in (1e-35,1]: a float32 divided by it is a float32
	Tanh                // in [-1,1]: the output of BiasTanh
	Rectified           // often 0: the output of BiasReLU
	Activated           // in [-1,1], often 0: the output of any activation
	MostlyFinite        // so seldom NaN or infinite that often one value decides about a Chunk
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

func marks(name string) Param { return Param{Name: name, Type: tensor.Uint32, Access: Mark} }

// of returns p with a domain.
func (p Param) of(d Domain) Param {
	p.Domain = d
	return p
}

// Real is a type of float that a body is written for.
type Real interface{ float32 | float64 }

// Mem holds the arguments of a body. F, U and B are the float32, uint32 and uint8 tensors,
// each in the order of Kernel.Params. S and N are the scalars and the sizes, in the order
// of Kernel.Scalars and Kernel.Sizes.
type Mem[T Real] struct {
	F [][]T
	U [][]uint32
	B [][]uint8
	S []T
	N []int
}

// Tol says how far a float32 result may be from the oracle's result want:
// Abs + Rel*|want| + Cancel*M + Product*(4+n)*M*M, where M is the largest magnitude among the
// arguments, and n is the kernel's Terms.
type Tol struct{ Abs, Rel, Cancel, Product float64 }

var (
	// defaultTol allows a few float32 roundings and one approximate exp or log.
	defaultTol = Tol{Abs: 1e-6, Rel: 1e-5}
	// sumTol is for sums whose terms may cancel. The rounding of the terms stays.
	sumTol = Tol{Abs: 1e-6, Rel: 1e-5, Cancel: 1e-6}
	// roundedTol is for float64 results that are rounded to float32 once.
	roundedTol = Tol{Rel: 1e-7}
)

// Kernel is one pass over device memory, with all that is needed to call it and to test it.
type Kernel struct {
	Name    string
	Params  []Param
	Scalars []string // float32 arguments
	Sizes   []string // integer arguments, 0 to 2^31-1
	// Lens returns the number of elements of each of Params for the given sizes.
	Lens func(size []int) []int
	// Items returns the number of independent pieces of the work, and the number of element
	// operations of one piece. No result depends on how the pieces are shared out.
	Items func(size []int) (n, cost int)
	// Grid returns the blocks and threads that run the kernel's PTX.
	Grid func(size []int) Grid
	Tol  Tol
	// Terms returns the number of products that an element of the result is the sum of. It is nil
	// for a kernel that computes no matrix product.
	Terms func(size []int) int
	// Capability is the least compute capability of a GPU that takes the PTX: 80 for 8.0, and 0 for
	// every GPU that the program supports. An older one answers with an error that wraps
	// ErrCapability.
	Capability int
	// Text returns the PTX, if it is not the file of the kernel's name in this package: see PTX.
	Text func() string
	F32  Body // for the CPU; nil for a Product
	// Product says that the kernel is a product of matrices. A device computes it as it does MatMul,
	// in blocks of its own. The multiplications are those of Items: n times cost.
	Product bool
	// Join returns the body of a kernel that is made of others from the bodies of these. It is
	// nil for other kernels. A device that has faster bodies for some kernels uses it.
	Join func(body func(part *Kernel) Body) Body
	// F64 is the oracle. It does the whole work, by the formula in the comment of the
	// function that launches the kernel.
	F64 func(m Mem[float64])
}

// ErrCapability is wrapped by the error for a kernel whose Capability is above that of the GPU.
var ErrCapability = errors.New("the GPU is older than the kernel is for")

// Body does the pieces lo to hi-1 of a kernel's work. Bodies of different pieces may run at
// the same time.
type Body func(m Mem[float32], lo, hi int)

// MaxArguments is the most tensors, scalars and sizes together that a kernel has. It is half of what
// a GPU takes.
const MaxArguments = 256

// Args are the arguments of one launch, in the order of Params, Scalars and Sizes.
type Args struct {
	Tensors []*tensor.Dense
	Scalars []float32
	Sizes   []int
}

// All returns every kernel. The order is arbitrary but fixed.
func All() []*Kernel {
	return []*Kernel{
		&biasReLU, &biasSigmoid, &biasLinear, &reluGrad, &sigmoidGrad, &linearGrad,
		&biasTanh, &tanhGrad, &maxout, &maxoutGrad, &maxoutPick, &dropout,
		&classBias, &classGrad, &labels, &oneHot,
		&bceLogits, &sigmoid, &logLoss, &logLossGrad, &sigmoidBack,
		&leastSquares, &hinge, &wasserstein, &pairing, &softmaxLogits, &rowPenalty, &rowLoss,
		&adamRate, &adam, &adagrad, &momentum, &ema, &clip, &decay, &ramp, &copyKernel, &copyWords, &add, &mul, &affine,
		&tick, &uniform, &normal, &shuffle, &gather, &sum, &sumRows, &treeSum, &nonFinite,
		&head, &bceLoss, &outerGrad, &adamFinite, &unitAdam, &classAdam, &drawImages, &drawLabels,
		&interpolate, &perturb, &deviation, &addNoise, &translate, &cutout, &colour,
		&conv, &convBack, &convWeight, &convGroups, &convBackGroups, &convWeightGroups, &upsample, &downsample,
		&batchMoments, &combineMoments, &batchNorm, &batchSums, &batchGrad,
		&unitVector, &divide, &dot, &spectralGrad,
		&groupDeviation, &groupDeviationGrad, &groupDeviationSecond, &takeColumns, &placeColumns,
		&balance, &unitRows, &unitRowsGrad,
	}
}

// Named returns the kernel of that name, or nil if there is none.
func Named(name string) *Kernel {
	for _, k := range All() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Check returns an error if a does not fit k: the counts, the range of the sizes, and each
// tensor's type and number of elements.
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

// elementwise is Items for a kernel whose n elements are independent.
func elementwise(cost int) func([]int) (int, int) {
	return func(size []int) (int, int) { return size[0], cost }
}

// single is Items for work in one piece. It sums in a fixed order.
func single([]int) (int, int) { return 1, 1 }

// rowsCols returns the sizes rows and cols of a tensor: its first dimension and the product of
// the others.
func rowsCols(t *tensor.Dense) []int {
	rows, cols := t.Shape()[0], 1
	for _, n := range t.Shape()[1:] {
		cols *= n
	}
	return []int{rows, cols}
}
