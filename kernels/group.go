package kernels

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Group is the ranks of a data-parallel run, as one of them sees them. It moves bytes and computes nothing,
// so that the order of sums is never the network's.
//
// All ranks make the same calls in the same order. A call returns after its bytes have arrived, or an error.
// If a rank is missing, the error is a RankError. After an error the group is of no more use. Only one
// goroutine at a time may call the methods.
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
func (Alone) AllToAll(to, from []byte) error {
	copy(to, from)
	return CheckAllToAllBytes(to, from, 1)
}

// AllGather copies from to to.
func (Alone) AllGather(to, from []byte) error {
	copy(to, from)
	return CheckAllGatherBytes(to, from, 1)
}

// RankError says that a rank takes no part in the run any more, or never did.
type RankError struct {
	Rank, Ranks int
	// Host is the machine of its process, or "" if nobody knows it.
	Host string
	// Trouble is what the other ranks saw of it, and a hint. The words follow the name of the rank.
	Trouble string
}

// Error is a sentence that names the rank and its host.
func (e RankError) Error() string {
	host := ""
	if e.Host != "" {
		host = " (host " + e.Host + ")"
	}
	return fmt.Sprintf("rank %d of %d%s %s", e.Rank, e.Ranks, host, e.Trouble)
}

// CheckAllToAllBytes returns an error unless to and from have the lengths that Group.AllToAll takes in a
// group of that many ranks.
func CheckAllToAllBytes(to, from []byte, ranks int) error {
	if len(to) != len(from) || len(from)%ranks != 0 {
		return fmt.Errorf("kernels: all-to-all: from has %d bytes and to %d, want the same number and a multiple of %d, the number of ranks", len(from), len(to), ranks)
	}
	return nil
}

// CheckAllGatherBytes returns an error unless to and from have the lengths that Group.AllGather takes in a
// group of that many ranks.
func CheckAllGatherBytes(to, from []byte, ranks int) error {
	if len(to) != len(from)*ranks {
		return fmt.Errorf("kernels: all-gather: from has %d bytes and to %d, want %d, as many for each of %d ranks", len(from), len(to), len(from)*ranks, ranks)
	}
	return nil
}

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
