// Package mpi is a kernels.Group over MPI: Open MPI, MPICH, and what is made of them.
//
// Only the build with the tag mpi has it; scripts/with_mpi.sh gives that build what mpicc says. MPI moves bytes here
// and computes nothing. One goroutine, locked to its thread, makes all calls of MPI. They do not block: the
// goroutine polls, so that a rank that has ended or stands still is noticed and named.
package mpi

import "gorgan/kernels"

// Group is all processes that the launcher started, as one of them sees them.
//
// If a rank is missing, all others return the kernels.RankError of the first that notices it. After an error the group is of no more use: all
// later exchanges return the same error at once. What was passed to the failed exchange stays MPI's until the
// process ends.
type Group interface {
	kernels.Group
	// Close leaves MPI. All ranks call it, at most the limit of Join apart, or it returns an error. After an error
	// of an exchange it does nothing and returns nil, and the process ends without MPI_Finalize: that call waits for
	// all ranks, and MPI_Abort would end the others before they have said what they miss, and this one before its
	// files are whole.
	Close() error
}
