// Package convolve has convolutions as matrix products on a GPU whose first factor is gathered from
// images while it is multiplied, which is called implicit GEMM: no matrix of patches is in memory.
//
//	conv          positions of y x patches of x   ·   w
//	conv_back     positions of x x patches of y   ·   w, turned round and transposed, for each phase
//	conv_weight  (positions of y x patches of x)ᵀ ·   y, in runs of positions
//
// A phase is the positions of x that have the same row and column modulo the stride. All of them meet the same
// taps of the kernel, so nothing is multiplied by the zeros between the positions of y. A run is a part of
// the positions that are summed for a weight. Each run has sums of its own, which another launch adds.
//
// The tiles are of the form of those of package dense, and scripts/ptxgen writes their PTX with the
// same products. Choose says which kernel is for a convolution:
//
//	k, sizes, ok := convolve.Choose("conv_weight", sizes, false)
package convolve
