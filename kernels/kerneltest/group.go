package kerneltest

import (
	"bytes"
	"fmt"

	"gorgan/kernels"
)

// Group returns an error if g breaks a promise of kernels.Group. All ranks must call it at the same time. The
// group is of no more use afterwards.
func Group(g kernels.Group) error {
	rank, ranks := g.Rank(), g.Size()
	if ranks < 1 || rank < 0 || rank >= ranks {
		return fmt.Errorf("the group says that it is rank %d of %d", rank, ranks)
	}
	// Nothing, less than a word, more than a transport may keep for a receiver that is late.
	for round, part := range []int{1, 0, 7, 4096, 300_001, 1} {
		if err := allToAll(g, round, part); err != nil {
			return fmt.Errorf("an all-to-all of %d bytes for each rank: %w", part, err)
		}
		if err := allGather(g, round, part); err != nil {
			return fmt.Errorf("an all-gather of %d bytes from each rank: %w", part, err)
		}
	}
	// Lengths that do not fit are refused by each rank alone, so that nobody waits.
	for what, err := range map[string]error{
		"an all-to-all to more bytes":      g.AllToAll(make([]byte, 2*ranks), make([]byte, ranks)),
		"an all-gather to too many bytes":  g.AllGather(make([]byte, ranks+1), make([]byte, 1)),
		"an all-gather to too few bytes":   g.AllGather(make([]byte, ranks), make([]byte, 2)),
		"an all-to-all of uneven parts":    unevenParts(g),
		"an all-to-all that has no place":  g.AllToAll(nil, make([]byte, ranks)),
		"an all-gather that has no source": g.AllGather(make([]byte, ranks), nil),
	} {
		if err == nil {
			return fmt.Errorf("%s was accepted", what)
		}
	}
	return nil
}

// unevenParts is the error of bytes that are no multiple of the ranks.
func unevenParts(g kernels.Group) error {
	if g.Size() == 1 {
		return fmt.Errorf("one part is always even")
	}
	return g.AllToAll(make([]byte, g.Size()+1), make([]byte, g.Size()+1))
}

func allToAll(g kernels.Group, round, part int) error {
	var from, want []byte
	for j := range g.Size() {
		from = append(from, message(round, g.Rank(), j, part)...)
		want = append(want, message(round, j, g.Rank(), part)...)
	}
	return exchangedBytes(g.AllToAll, from, want, part)
}

func allGather(g kernels.Group, round, part int) error {
	var want []byte
	for i := range g.Size() {
		want = append(want, message(round, i, g.Size(), part)...)
	}
	return exchangedBytes(g.AllGather, message(round, g.Rank(), g.Size(), part), want, part)
}

// message is n bytes that rank i sends to rank j in a round, unlike those of other ranks and rounds.
func message(round, i, j, n int) []byte {
	b := make([]byte, n)
	x := uint32(1 + round + 64*i + 64*64*j)
	for k := range b {
		x = x*1664525 + 1013904223 // Numerical Recipes, 2nd edition, section 7.1
		b[k] = byte(x >> 24)
	}
	return b
}

// exchangedBytes makes a call, and returns an error unless it writes want, and nothing beside it.
func exchangedBytes(call func(to, from []byte) error, from, want []byte, part int) error {
	const guard = 16
	around := bytes.Repeat([]byte{0xa5}, guard)
	whole := bytes.Repeat([]byte{0xa5}, guard+len(want)+guard)
	to := whole[guard:][:len(want):len(want)]
	sent := bytes.Clone(from)
	if err := call(to, from); err != nil {
		return err
	}
	for i := range want {
		if to[i] != want[i] {
			return fmt.Errorf("byte %d from rank %d is %#x, want %#x", i%part, i/part, to[i], want[i])
		}
	}
	if !bytes.Equal(whole[:guard], around) || !bytes.Equal(whole[guard+len(want):], around) {
		return fmt.Errorf("the call wrote beside its bytes")
	}
	if !bytes.Equal(from, sent) {
		return fmt.Errorf("the call changed what it sends")
	}
	return nil
}
