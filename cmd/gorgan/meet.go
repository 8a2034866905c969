//go:build !mpi

package main

import (
	"context"
	"os"

	"gorgan/model/ranks"
)

// meet returns the party, after all ranks have come to the rendezvous.
func (o rankOptions) meet(ctx context.Context) (*party, error) {
	if !o.asked {
		return nil, nil
	}
	place, err := ranks.Find(o.place, os.LookupEnv)
	if err != nil {
		return nil, usageError{err}
	}
	group, err := ranks.Meet(ctx, place, ranks.Options{Token: []byte(os.Getenv(rendezvousTokenVar)), Limit: o.timeout})
	if err != nil {
		return nil, err
	}
	return &party{group, place}, nil
}
