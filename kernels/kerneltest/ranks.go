package kerneltest

import (
	"fmt"
	"slices"

	"gorgan/kernels"
)

// Ranks returns a group of n ranks in this process. Each is for a goroutine of its own.
func Ranks(n int) []kernels.Group {
	between := make([][]chan []byte, n)
	for i := range between {
		between[i] = make([]chan []byte, n)
		for j := range between[i] {
			between[i][j] = make(chan []byte, 1)
		}
	}
	all := make([]kernels.Group, n)
	for i := range all {
		all[i] = member{i, between}
	}
	return all
}

// member is one rank. A copy of what rank i sends to rank j lies in between[i][j] until j takes it.
type member struct {
	rank    int
	between [][]chan []byte
}

func (m member) Rank() int { return m.rank }

func (m member) Size() int { return len(m.between) }

func (m member) AllToAll(to, from []byte) error {
	if err := kernels.CheckAllToAllBytes(to, from, m.Size()); err != nil {
		return err
	}
	part := len(from) / m.Size()
	return m.exchange(to, func(j int) []byte { return from[j*part:][:part] })
}

func (m member) AllGather(to, from []byte) error {
	if err := kernels.CheckAllGatherBytes(to, from, m.Size()); err != nil {
		return err
	}
	return m.exchange(to, func(int) []byte { return from })
}

// exchange sends a part to each rank, and then takes one from each.
func (m member) exchange(to []byte, part func(j int) []byte) error {
	for j := range m.between {
		m.between[m.rank][j] <- slices.Clone(part(j))
	}
	n := len(to) / m.Size()
	for i := range m.between {
		got := <-m.between[i][m.rank]
		if len(got) != n {
			return fmt.Errorf("kerneltest: rank %d sent %d bytes to rank %d, want %d", i, len(got), m.rank, n)
		}
		copy(to[i*n:], got)
	}
	return nil
}
