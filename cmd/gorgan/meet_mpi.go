//go:build mpi

package main

import (
	"context"
	"os"

	"gorgan/kernels/mpi"
	"gorgan/model/ranks"
)

// meet returns the party of all processes that MPI's launcher has started. MPI says the ranks. The launcher's variables say
// which of them share a machine, if there are such.
func (o rankOptions) meet(context.Context) (*party, error) {
	if !o.asked {
		return nil, nil
	}
	group, err := mpi.Join(o.timeout)
	if err != nil {
		return nil, err
	}
	place, err := ranks.Find(o.place, os.LookupEnv)
	if err != nil || place.Rank != group.Rank() || place.Ranks != group.Size() {
		place = ranks.Place{Rank: group.Rank(), Ranks: group.Size(), LocalRank: -1, From: "MPI"}
	}
	return &party{group, place}, nil
}
