//go:build !linux

package main

// limitSources are limits of a process that this system tells of: none beside its memory.
func limitSources() memorySources { return nil }
