//go:build !unix

package main

import "os/exec"

// endGently leaves a command as it is: one that is cancelled is killed, and its run goes on from its last checkpoint.
func endGently(*exec.Cmd) {}
