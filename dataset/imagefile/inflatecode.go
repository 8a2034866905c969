package imagefile

import (
	"io"
	"math/bits"
)

// An entry of a table: the length of a code in the lowest five bits; then the number of bits that
// follow it, in five; then what it is; from 16 on its value.
const (
	isLiteral = 1 << 10
	isEnd     = 1 << 11
	isTable   = 1 << 12 // the value is where the table for the rest of the code begins
)

// dynamic reads the codes of a block, whose lengths are in a code themselves.
func (z *inflater) dynamic() error {
	z.fill()
	lits, dists, n := z.take(5)+257, z.take(5)+1, z.take(4)+4
	if lits > 286 || dists > 30 {
		return errInflate
	}
	var lengths [19]uint8
	for k, place := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[:n] {
		if k%8 == 0 {
			z.fill()
		}
		lengths[place] = uint8(z.take(3))
	}
	const root = 7
	table, ok := appendCode(z.disBuf[:0], lengths[:], root, func(symbol int) uint32 { return uint32(symbol)<<16 | isLiteral })
	if !ok {
		return errInflate
	}
	for k := 0; k < lits+dists; {
		z.fill()
		if z.short() {
			return io.ErrUnexpectedEOF
		}
		e := table[z.acc&(1<<root-1)]
		if e == 0 {
			return errInflate
		}
		z.take(int(e & 31))
		value, again := uint8(e>>16), 1
		switch value {
		case 16:
			if k == 0 {
				return errInflate
			}
			value, again = z.lengths[k-1], 3+z.take(2)
		case 17:
			value, again = 0, 3+z.take(3)
		case 18:
			value, again = 0, 11+z.take(7)
		}
		if k+again > lits+dists {
			return errInflate
		}
		for range again {
			z.lengths[k] = value
			k++
		}
	}
	if z.short() {
		return io.ErrUnexpectedEOF
	}
	return z.tables(z.lengths[:lits], z.lengths[lits:lits+dists])
}

// tables makes the tables of a block's two codes.
func (z *inflater) tables(lits, dists []uint8) error {
	var okLit, okDist bool
	z.litBuf, okLit = appendCode(z.litBuf[:0], lits, litRoot, literal)
	z.disBuf, okDist = appendCode(z.disBuf[:0], dists, distRoot, distance)
	if !okLit || !okDist {
		return errInflate
	}
	z.lit, z.dist = z.litBuf, z.disBuf
	return nil
}

// literal is the entry of a symbol of the first code, without its length.
func literal(symbol int) uint32 {
	switch {
	case symbol < 256:
		return uint32(symbol)<<16 | isLiteral
	case symbol == 256:
		return isEnd
	case symbol < 265:
		return uint32(symbol-257+3) << 16
	case symbol < 285:
		extra := (symbol - 261) / 4
		return uint32((4+(symbol-265)%4)<<extra+3)<<16 | uint32(extra)<<5
	case symbol == 285:
		return longestMatch << 16
	}
	return 0
}

// distance is the entry of a symbol of the second code, without its length.
func distance(symbol int) uint32 {
	switch {
	case symbol < 4:
		return uint32(symbol+1) << 16
	case symbol < 30:
		extra := symbol/2 - 1
		return uint32((2+symbol%2)<<extra+1)<<16 | uint32(extra)<<5
	}
	return 0
}

// appendCode appends the table of a code with such lengths: an entry for each value of the next root
// bits, then tables for codes that are longer. A value that begins no code has the entry 0. It
// returns false if the lengths make no code. One code of one bit, and none at all, are allowed.
func appendCode(table []uint32, lengths []uint8, root int, entry func(symbol int) uint32) ([]uint32, bool) {
	var count, next [16]int
	for _, n := range lengths {
		count[n]++
	}
	longest, code := 0, 0
	count[0] = 0
	for n := 1; n <= 15; n++ {
		code = (code + count[n-1]) << 1
		next[n] = code
		if code+count[n] > 1<<n {
			return nil, false
		}
		if count[n] > 0 {
			longest = n
		}
	}
	if longest > 0 && next[longest]+count[longest] != 1<<longest && (longest != 1 || count[1] != 1) {
		return nil, false
	}
	table = append(table, make([]uint32, 1<<root)...)
	more := max(0, longest-root) // bits that the tables for longer codes look at
	for symbol, length := range lengths {
		n := int(length)
		if n == 0 {
			continue
		}
		code := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
		next[n]++
		e := entry(symbol)
		if e == 0 {
			continue // no symbol
		}
		if n <= root {
			for k := code; k < 1<<root; k += 1 << n {
				table[k] = e | uint32(n)
			}
			continue
		}
		first := code & (1<<root - 1)
		if table[first] == 0 {
			table[first] = uint32(len(table))<<16 | isTable | uint32(root)
			table = append(table, make([]uint32, 1<<more)...)
		}
		at := int(table[first] >> 16)
		for k := code >> root; k < 1<<more; k += 1 << (n - root) {
			table[at+k] = e | uint32(n-root)
		}
		table[first] = table[first]&^(31<<5) | uint32(more)<<5
	}
	return table, true
}
