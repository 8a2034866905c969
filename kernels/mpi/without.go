//go:build !mpi

package mpi

import (
	"errors"
	"time"
)

// Join returns an error that says how to build a program with MPI.
func Join(time.Duration) (Group, error) {
	return nil, errors.New("mpi: this program was built without MPI; build one that has it with make mpi")
}
