package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Group is the ranks of a data-parallel run, as one of them sees them. It moves bytes and computes nothing,
// so that the order of sums is never the network's.
//
// All ranks make the same calls in the same order. A call returns after its bytes have arrived, or an error
// that names the rank that is missing. After an error the group is of no more use. Only one goroutine at a
// time may call the methods.
type Group interface {
	// Rank is the number of this process, from 0 to Size()-1.
	Rank() int
	// Size is the number of ranks, at least 1.
	Size() int
	// AllToAll sends part j of from to rank j, and puts what rank i sends here into part i of to. to and from
	// are of the same length and have Size() equal parts. They must not overlap.
	AllToAll(to, from []byte) error
	// AllGather puts the bytes that each rank i passes as from into part i of to, which is Size() times as
	// long as from. They must not overlap.
	AllGather(to, from []byte) error
}

// Alone is the group of one rank: it copies.
type Alone struct{}

// Rank is 0.
func (Alone) Rank() int { return 0 }

// Size is 1.
func (Alone) Size() int { return 1 }

// AllToAll copies from to to.
func (Alone) AllToAll(to, from []byte) error { copy(to, from); return nil }

// AllGather copies from to to.
func (Alone) AllGather(to, from []byte) error { copy(to, from); return nil }

// CheckAllToAll returns an error unless Device.AllToAll takes the tensors in a group of that many ranks.
func CheckAllToAll(to, from *tensor.Dense, ranks int) error {
	n := from.Shape().TotalSize()
	if n%ranks != 0 {
		return fmt.Errorf("kernels: all-to-all: from has %d elements, want a multiple of %d, the number of ranks", n, ranks)
	}
	return checkExchange("all-to-all", to, from, n)
}

// CheckAllGather returns an error unless Device.AllGather takes the tensors in a group of that many ranks.
func CheckAllGather(to, from *tensor.Dense, ranks int) error {
	return checkExchange("all-gather", to, from, from.Shape().TotalSize()*ranks)
}

// checkExchange returns an error unless to has n elements of from's type, which lie elsewhere.
func checkExchange(what string, to, from *tensor.Dense, n int) error {
	if have := to.Shape().TotalSize(); have != n || to.Dtype() != from.Dtype() {
		return fmt.Errorf("kernels: %s: to has %d elements of type %v, want %d of type %v", what, have, to.Dtype(), n, from.Dtype())
	}
	at, of, size := to.Uintptr(), from.Uintptr(), from.Dtype().Size()
	if at < of+uintptr(from.Shape().TotalSize())*size && of < at+uintptr(n)*size {
		return fmt.Errorf("kernels: %s: to and from share memory, want two tensors that do not overlap", what)
	}
	return nil
}
