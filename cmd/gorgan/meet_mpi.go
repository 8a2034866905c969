//go:build mpi

package main

import (
	"context"
	"errors"
	"fmt"
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
	switch {
	case err != nil: // a launcher that only MPI knows
		place = ranks.Place{Rank: group.Rank(), Ranks: group.Size(), LocalRank: -1, From: "MPI"}
	case place.Rank != group.Rank() || place.Ranks != group.Size():
		err = fmt.Errorf("--data-parallel: this process is rank %d of %d by MPI, and rank %d of %d by %s; use the launcher of the MPI that gorgan was built with",
			group.Rank(), group.Size(), place.Rank, place.Ranks, place.From)
		return nil, errors.Join(err, group.Close())
	}
	return &party{group, place}, nil
}
