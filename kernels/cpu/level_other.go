//go:build !amd64 || purego

package cpu

// vectorLevels are those of this processor, the fastest first.
func vectorLevels() []*level { return nil }

// pause waits some tens of nanoseconds.
func pause() {
	for range 64 {
	}
}
