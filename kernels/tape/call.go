package tape

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"gorgan/kernels"
)

// Call is one launch if it has a kernel, one exchange between ranks if Exchange has tensors, and else one
// matrix product.
type Call struct {
	Kernel   *kernels.Kernel
	Args     kernels.Args
	Product  Product
	Exchange Exchange
}

// Product is the arguments of Device.MatMul.
type Product struct {
	Dst, A, B *tensor.Dense
	TA, TB    bool
}

// Exchange is the arguments of Device.AllGather if Gather is set, and of Device.AllToAll otherwise.
type Exchange struct {
	To, From *tensor.Dense
	Gather   bool
}

// network is memory that no tensor has. Each exchange reads and writes it, so their order stays, and none
// is dropped: other ranks wait for it.
var network = Span{0, 1}

// IsProduct reports whether the call is a matrix product.
func (c Call) IsProduct() bool { return c.Kernel == nil && !c.IsExchange() }

// IsExchange reports whether the call is an exchange between ranks.
func (c Call) IsExchange() bool { return c.Exchange.To != nil }

// Do makes the call on dev, whose tensors the call has. It returns the error of dev.
func (c Call) Do(dev kernels.Device) error {
	if c.Kernel != nil {
		return dev.Launch(c.Kernel, c.Args)
	}
	if x := c.Exchange; c.IsExchange() {
		if x.Gather {
			return dev.AllGather(x.To, x.From)
		}
		return dev.AllToAll(x.To, x.From)
	}
	return dev.MatMul(c.Product.Dst, c.Product.A, c.Product.B, c.Product.TA, c.Product.TB)
}

// Dims returns the dimensions of the product: op(A) is (m,k) and op(B) is (k,n).
func (p Product) Dims() (m, n, k int) {
	m, n = p.Dst.Shape()[0], p.Dst.Shape()[1]
	if p.TA {
		return m, n, p.A.Shape()[0]
	}
	return m, n, p.A.Shape()[1]
}

// Name is the kernel's name, "matmul NT" of a product whose second operand is transposed, or "all_to_all" or
// "all_gather" of an exchange.
func (c Call) Name() string {
	if c.Kernel != nil {
		return c.Kernel.Name
	}
	if c.IsExchange() {
		return map[bool]string{false: "all_to_all", true: "all_gather"}[c.Exchange.Gather]
	}
	letter := map[bool]string{false: "N", true: "T"}
	return "matmul " + letter[c.Product.TA] + letter[c.Product.TB]
}

// Sizes are the kernel's sizes, the dimensions m, n and k of a product, or the numbers of elements that an
// exchange receives and sends.
func (c Call) Sizes() []int {
	if c.Kernel != nil {
		return c.Args.Sizes
	}
	if c.IsExchange() {
		return []int{c.Exchange.To.Shape().TotalSize(), c.Exchange.From.Shape().TotalSize()}
	}
	m, n, k := c.Product.Dims()
	return []int{m, n, k}
}

// String is the name and the sizes: "bias_relu [128 256]", "matmul NT [128 256 784]".
func (c Call) String() string { return fmt.Sprint(c.Name(), " ", c.Sizes()) }

// Reads returns the memory that the call reads, by the access of its kernel's parameters. What it
// marks is not in it.
func (c Call) Reads() []Span {
	switch {
	case c.IsProduct():
		return []Span{SpanOf(c.Product.A), SpanOf(c.Product.B)}
	case c.IsExchange():
		return []Span{SpanOf(c.Exchange.From), network}
	}
	return c.spans(kernels.In, kernels.InOut)
}

// Writes returns the memory that the call writes, without what it marks.
func (c Call) Writes() []Span {
	switch {
	case c.IsProduct():
		return []Span{SpanOf(c.Product.Dst)}
	case c.IsExchange():
		return []Span{SpanOf(c.Exchange.To), network}
	}
	return c.spans(kernels.Out, kernels.InOut)
}

// Marks returns the memory that the call marks.
func (c Call) Marks() []Span { return c.spans(kernels.Mark) }

// spans returns the memory of the tensors of the given access.
func (c Call) spans(access ...kernels.Access) (all []Span) {
	for i, t := range c.Args.Tensors {
		if slices.Contains(access, c.Kernel.Params[i].Access) {
			all = append(all, SpanOf(t))
		}
	}
	return all
}

// MayShare reports whether two arguments of a call may be of the same memory: both are read, or both
// are marked.
func MayShare(a, b kernels.Access) bool { return a == b && (a == kernels.In || a == kernels.Mark) }
