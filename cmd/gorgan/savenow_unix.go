//go:build unix

package main

import (
	"os"
	"syscall"
)

// saveSignals returns the signals that ask a run for a checkpoint. Schedulers send SIGUSR1 before they stop a job.
func saveSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
