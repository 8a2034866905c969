//go:build !amd64 || purego

package cpu

// vectorISAs returns no vector instruction set: this build has none.
func vectorISAs() []*isa { return nil }

// pause waits some tens of nanoseconds.
func pause() {
	for range 64 {
	}
}
