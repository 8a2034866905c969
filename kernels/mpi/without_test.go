//go:build !mpi

package mpi_test

import (
	"strings"
	"testing"
	"time"

	"gorgan/kernels/mpi"
)

// TestWithout: a program without MPI says how to build one that has it.
func TestWithout(t *testing.T) {
	if g, err := mpi.Join(time.Second); g != nil || err == nil || !strings.Contains(err.Error(), "make mpi") {
		t.Errorf("Join returned %v and the error %v, want one that names make mpi", g, err)
	}
}
