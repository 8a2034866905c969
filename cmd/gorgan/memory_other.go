//go:build !linux

package main

// limitSources returns no limits: this system has none that can be read, besides its memory.
func limitSources() memorySources { return nil }
