package main

import . "github.com/mmcloughlin/avo/build"

// pause tells the core that it spins: some tens of nanoseconds in which it leaves
// its resources to the other hardware thread and saves power.
func pause() {
	TEXT("pause", NOSPLIT, "func()")
	Doc("pause waits some tens of nanoseconds.")
	for range 2 {
		PAUSE()
	}
	RET()
}
