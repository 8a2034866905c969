//go:build amd64 && !purego

package cpu

import has "golang.org/x/sys/cpu"

//go:generate sh -c "cd ../../scripts/asmgen && go run ."

var (
	avx512 = isa{
		name: "avx512", lanes: 16, transpose: transposeAVX512, copyRows: copyRowsAVX512, sumRows: sumRowsAVX512, bodies: avx512Bodies, packing: tileAVX512x14packing,
		winograd: [2]winograd{
			{2, f42InputAVX512, f42WeightsAVX512, f42GradsAVX512, f42OutputAVX512, f42KernelAVX512},
			{3, f43InputAVX512, f43WeightsAVX512, f43GradsAVX512, f43OutputAVX512, f43KernelAVX512},
		},
		wide: []microKernel{1: tileAVX512x1, tileAVX512x2, tileAVX512x3, tileAVX512x4, tileAVX512x5, tileAVX512x6, tileAVX512x7,
			tileAVX512x8, tileAVX512x9, tileAVX512x10, tileAVX512x11, tileAVX512x12, tileAVX512x13, tileAVX512x14},
		narrow: []microKernel{1: tileAVX512x1masked, tileAVX512x2masked, tileAVX512x3masked, tileAVX512x4masked, tileAVX512x5masked,
			tileAVX512x6masked, tileAVX512x7masked, tileAVX512x8masked, tileAVX512x9masked, tileAVX512x10masked,
			tileAVX512x11masked, tileAVX512x12masked, tileAVX512x13masked, tileAVX512x14masked},
		sparse: &sparse{along: neededAlongAVX512, across: neededAcrossAVX512, notFinite: notFiniteAVX512,
			tiles: []skippingKernel{1: tileAVX512x1skipping, tileAVX512x2skipping, tileAVX512x3skipping, tileAVX512x4skipping,
				tileAVX512x5skipping, tileAVX512x6skipping, tileAVX512x7skipping}},
	}
	avx2 = isa{
		name: "avx2", lanes: 8, transpose: transposeAVX2, copyRows: copyRowsAVX2, sumRows: sumRowsAVX2, bodies: avx2Bodies, packing: tileAVX2x6packing,
		winograd: [2]winograd{
			{2, f42InputAVX2, f42WeightsAVX2, f42GradsAVX2, f42OutputAVX2, f42KernelAVX2},
			{3, f43InputAVX2, f43WeightsAVX2, f43GradsAVX2, f43OutputAVX2, f43KernelAVX2},
		},
		wide: []microKernel{1: tileAVX2x1, tileAVX2x2, tileAVX2x3, tileAVX2x4, tileAVX2x5, tileAVX2x6},
		narrow: []microKernel{1: tileAVX2x1masked, tileAVX2x2masked, tileAVX2x3masked, tileAVX2x4masked, tileAVX2x5masked,
			tileAVX2x6masked},
		sparse: &sparse{along: neededAlongAVX2, across: neededAcrossAVX2, notFinite: notFiniteAVX2,
			tiles: []skippingKernel{1: tileAVX2x1skipping, tileAVX2x2skipping, tileAVX2x3skipping, tileAVX2x4skipping,
				tileAVX2x5skipping, tileAVX2x6skipping}},
	}
)

// vectorISAs returns the vector instruction sets of this processor, the fastest first.
func vectorISAs() []*isa {
	var all []*isa
	if has.X86.HasAVX512F && has.X86.HasBMI2 {
		all = append(all, &avx512)
	}
	if has.X86.HasAVX2 && has.X86.HasFMA {
		all = append(all, &avx2)
	}
	return all
}
