//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// endGently makes a command that is cancelled save its run. It is in a group of its own, so that a Ctrl-C in a terminal comes
// to it once, from here: a second one would kill it.
func endGently(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
}
