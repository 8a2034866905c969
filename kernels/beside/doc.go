// Package beside joins calls that do not depend on each other in one launch. On a GPU a launch costs
// more than the work of a small kernel, and small kernels leave most of the GPU idle.
//
//	blocks of the launch    0 … 127    128 … 160    161
//	work                    gather     uniform      tick
//
// The joined kernel has the parameters of its parts, and its PTX is theirs, one after the other. A
// block finds its part by its number. The results are those of the single calls, bit for bit.
package beside
