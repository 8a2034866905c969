package kernels

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
