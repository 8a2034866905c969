package cpu

import "unsafe"

// pureGo is for any processor. It rounds each product before it adds it, on every processor:
// the conversions to float32 keep the compiler from fusing them.
var pureGo = isa{
	name: "purego", lanes: 2, transpose: transposeGo, packing: tileGo3x4packing,
	copyRows: copyRowsGo, sumRows: sumRowsGo, winograd: [2]winograd{winogradGo(2), winogradGo(3)},
	wide:   []microKernel{1: tileGo(1), tileGo(2), tileGo3x4},
	narrow: []microKernel{1: tileGo(1), tileGo(2), tileGo(3)},
}

// tileGo3x4 has 12 accumulators, as many as the compiler keeps in 16 registers.
func tileGo3x4(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, _ int, add bool) {
	var c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23 float32
	r0 := unsafe.Slice(c, 2*cs+4)
	r1, r2 := r0[cs:][:4], r0[2*cs:][:4]
	if add {
		c00, c01, c02, c03 = r0[0], r0[1], r0[2], r0[3]
		c10, c11, c12, c13 = r1[0], r1[1], r1[2], r1[3]
		c20, c21, c22, c23 = r2[0], r2[1], r2[2], r2[3]
	}
	as, bs := unsafe.Slice(a, 2*ars+(k-1)*aks+1), unsafe.Slice(b, (k-1)*bks+4)
	for l, at, bt := 0, 0, 0; l < k; l, at, bt = l+1, at+aks, bt+bks {
		row := bs[bt:][:4]
		b0, b1, b2, b3 := row[0], row[1], row[2], row[3]
		x := as[at]
		c00 += float32(x * b0)
		c01 += float32(x * b1)
		c02 += float32(x * b2)
		c03 += float32(x * b3)
		x = as[at+ars]
		c10 += float32(x * b0)
		c11 += float32(x * b1)
		c12 += float32(x * b2)
		c13 += float32(x * b3)
		x = as[at+2*ars]
		c20 += float32(x * b0)
		c21 += float32(x * b1)
		c22 += float32(x * b2)
		c23 += float32(x * b3)
	}
	r0[0], r0[1], r0[2], r0[3] = c00, c01, c02, c03
	r1[0], r1[1], r1[2], r1[3] = c10, c11, c12, c13
	r2[0], r2[1], r2[2], r2[3] = c20, c21, c22, c23
}

// tileGo3x4packing first copies b to packed and then reads packed.
func tileGo3x4packing(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, packed *float32, add bool) {
	from, to := unsafe.Slice(b, (k-1)*bks+4), unsafe.Slice(packed, 4*k)
	for l := range k {
		copy(to[4*l:][:4], from[l*bks:])
	}
	tileGo3x4(k, a, ars, aks, packed, 4, c, cs, 4, add)
}

// tileGo returns a micro-kernel for tiles of few elements. It computes one element after the
// other.
func tileGo(rows int) microKernel {
	return func(k int, a *float32, ars, aks int, b *float32, bks int, c *float32, cs int, n int, add bool) {
		as, bs, dst := unsafe.Slice(a, (rows-1)*ars+(k-1)*aks+1), unsafe.Slice(b, (k-1)*bks+n), unsafe.Slice(c, (rows-1)*cs+n)
		for i := range rows {
			for j := range n {
				var sum float32
				if add {
					sum = dst[i*cs+j]
				}
				for l := range k {
					sum += float32(as[i*ars+l*aks] * bs[l*bks+j])
				}
				dst[i*cs+j] = sum
			}
		}
	}
}

func transposeGo(n int, src *float32, sstride int, dst *float32, dstride int) {
	from, to := unsafe.Slice(src, sstride+4*n), unsafe.Slice(dst, (4*n-1)*dstride+2)
	for l := range 4 * n {
		to[l*dstride], to[l*dstride+1] = from[l], from[sstride+l]
	}
}

func copyRowsGo(rows, n int, dst *float32, dstride int, src *float32, sstride int) {
	to, from := unsafe.Slice(dst, (rows-1)*dstride+n), unsafe.Slice(src, (rows-1)*sstride+n)
	for r := range rows {
		copy(to[r*dstride:][:n], from[r*sstride:])
	}
}

func sumRowsGo(rows, n int, dst *float32, dstride int, src **float32, sstride, sources int) {
	to := unsafe.Slice(dst, (rows-1)*dstride+n)
	for r := range rows {
		row := to[r*dstride:][:n]
		clear(row)
		for _, s := range unsafe.Slice(src, sources) {
			for i, x := range unsafe.Slice(s, r*sstride+n)[r*sstride:] {
				row[i] += x
			}
		}
	}
}
