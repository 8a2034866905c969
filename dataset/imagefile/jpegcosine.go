package imagefile

// zigzag is the place of each value of a block, in rows of eight, in the order of the file.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// Cosines: cK is cos(K pi/16)/2 with cosineBits behind the point.
const (
	cosineBits = 13

	c1, c2, c3, c4, c5, c6, c7 = 4017, 3784, 3406, 2896, 2276, 1567, 799
)

// bytePixel makes a pixel of the sum of products with two cosines, the mean being at 128.
func bytePixel(v int64) byte {
	const bits = 2 * cosineBits
	return byte(min(max((v+1<<(bits-1))>>bits+128, 0), 255))
}

// transform is the inverse cosine transform of a block's values of low frequency, which gives its
// image in width x height pixels, each 1, 2, 4 or 8. The values, in rows of eight, are lost.
func transform(values *[64]int64, width, height int, out []byte, stride int) {
	for u := range width {
		transformLine(values, u, 8, height)
	}
	for y := range height {
		transformLine(values, 8*y, 1, width)
		row := out[y*stride:][:width]
		for x := range row {
			row[x] = bytePixel(values[(8*y+x)&63])
		}
	}
}

// transformLine transforms n values of a line, which begins at a place and goes on in steps, to n
// numbers in their place.
func transformLine(values *[64]int64, at, step, n int) {
	place := func(k int) *int64 { return &values[(at+k*step)&63] }
	switch n {
	case 1:
		*place(0) *= c4
	case 2:
		a, b := *place(0)*c4, *place(1)*c4
		*place(0), *place(1) = a+b, a-b
	case 4:
		v0, v1, v2, v3 := *place(0), *place(1), *place(2), *place(3)
		*place(0), *place(1), *place(2), *place(3) = transform4(v0, v1, v2, v3)
	case 8:
		v1, v3, v5, v7 := *place(1), *place(3), *place(5), *place(7)
		e0, e1, e2, e3 := transform4(*place(0), *place(2), *place(4), *place(6))
		o0 := v1*c1 + v3*c3 + v5*c5 + v7*c7
		o1 := v1*c3 - v3*c7 - v5*c1 - v7*c5
		o2 := v1*c5 - v3*c1 + v5*c7 + v7*c3
		o3 := v1*c7 - v3*c5 + v5*c3 - v7*c1
		*place(0), *place(1), *place(2), *place(3) = e0+o0, e1+o1, e2+o2, e3+o3
		*place(4), *place(5), *place(6), *place(7) = e3-o3, e2-o2, e1-o1, e0-o0
	}
}

func transform4(v0, v1, v2, v3 int64) (a, b, c, d int64) {
	e0, e1 := (v0+v2)*c4, (v0-v2)*c4
	o0, o1 := v1*c2+v3*c6, v1*c6-v3*c2
	return e0 + o0, e1 + o1, e1 - o1, e0 - o0
}
