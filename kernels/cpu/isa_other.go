//go:build !amd64 || purego

package cpu

// vectorISAs are those of this processor, the fastest first.
func vectorISAs() []*isa { return nil }

// pause waits some tens of nanoseconds.
func pause() {
	for range 64 {
	}
}
