package imagefile

import "encoding/binary"

// lookup is the length of the codes that a table of a Huffman code has at once.
const lookup = 11

// huffman is a Huffman code of a JPEG file.
type huffman struct {
	// By the next bits: the symbol, and above it the length of its code, or 0 if the code is longer.
	table [1 << lookup]uint16
	// By the next bits: how many bits the code and the value behind it have, and above them how many
	// values of a block they stand for; 64 for its end; 0 if the code is longer or no code.
	steps   [1 << lookup]uint16
	symbols []byte
	// By length: the first code that is longer, moved up to 16 bits, and where the symbols begin
	// less the first code.
	above [17]int32
	begin [17]int32
}

// newHuffman makes a code from the number of codes of each length from 1 to 16, and the symbols from
// short to long.
func newHuffman(counts, symbols []byte) (*huffman, bool) {
	h := &huffman{symbols: symbols}
	code, next := int32(0), int32(0)
	for length := int32(1); length <= 16; length++ {
		h.begin[length] = next - code
		for range counts[length-1] {
			if code >= 1<<length {
				return nil, false
			}
			if length <= lookup {
				symbol := symbols[next]
				first := code << (lookup - length)
				for k := range int32(1) << (lookup - length) {
					h.table[first+k] = uint16(length)<<8 | uint16(symbol)
					h.steps[first+k] = step(symbol, uint16(length))
				}
			}
			code, next = code+1, next+1
		}
		h.above[length] = code << (16 - length)
		code <<= 1
	}
	return h, true
}

// step returns an entry of steps for an AC symbol with a code of such a length. An impossible symbol
// has none.
func step(symbol byte, length uint16) uint16 {
	run, size := uint16(symbol>>4), uint16(symbol&15)
	switch {
	case size > 10 || size == 0 && run != 0 && run != 15:
		return 0
	case size == 0 && run == 0:
		return 64<<8 | length
	}
	return (run+1)<<8 | length + size
}

// bitReader reads the bits of a scan. At a marker it goes on with zeros, and overrun reports it.
type bitReader struct {
	data   []byte // from at on, not in bits yet
	at     int
	bits   uint64 // the next bits, from the highest on
	n      int    // how many of them
	zeros  int    // how many of these are no bits of the file
	marker bool   // at stands at a marker, or at the end
}

// fill makes sure that there are 32 bits: a code of at most 16 and a value of at most 11.
func (b *bitReader) fill() {
	if b.n >= 32 {
		return
	}
	if b.at+4 <= len(b.data) {
		next := binary.BigEndian.Uint32(b.data[b.at:])
		// No byte of the four is 0xff.
		if (^next-0x01010101)&next&0x80808080 == 0 {
			b.bits |= uint64(next) << (32 - b.n)
			b.at, b.n = b.at+4, b.n+32
			return
		}
	}
	b.fillSlowly()
}

// fillSlowly takes the bytes one by one: 0xff 0x00 is the byte 0xff, and another 0xff is a marker.
func (b *bitReader) fillSlowly() {
	for b.n <= 56 {
		if !b.marker && b.at < len(b.data) {
			v := b.data[b.at]
			if v != 0xff {
				b.bits |= uint64(v) << (56 - b.n)
				b.at, b.n = b.at+1, b.n+8
				continue
			}
			if b.at+1 < len(b.data) && b.data[b.at+1] == 0 {
				b.bits |= uint64(v) << (56 - b.n)
				b.at, b.n = b.at+2, b.n+8
				continue
			}
		}
		b.marker = true
		b.n, b.zeros = b.n+8, b.zeros+8
	}
}

// overrun reports whether more bits were read than there are before a marker.
func (b *bitReader) overrun() bool { return b.n < b.zeros }

func (b *bitReader) drop(n int) {
	b.bits <<= n
	b.n -= n
}

// symbol reads a symbol. It returns 255, which is never right, if the bits are no code.
func (b *bitReader) symbol(h *huffman) byte {
	entry := h.table[b.bits>>(64-lookup)]
	if entry != 0 {
		b.drop(int(entry >> 8))
		return byte(entry)
	}
	code := int32(b.bits >> 48)
	for length := lookup + 1; length <= 16; length++ {
		if code < h.above[length] {
			b.drop(length)
			return h.symbols[code>>(16-length)+h.begin[length]]
		}
	}
	return 255
}

// value reads a value in so many bits. One that begins with 0 is negative.
func (b *bitReader) value(size byte) int32 {
	if size == 0 {
		return 0
	}
	v := int32(b.bits >> (64 - size))
	b.drop(int(size))
	if v < 1<<(size-1) {
		v -= 1<<size - 1
	}
	return v
}

// skip passes over what is left of a block from value k on. It reports whether the block ends where
// a block ends.
func (b *bitReader) skip(h *huffman, k int) bool {
	for k <= 63 {
		b.fill()
		entry := h.steps[b.bits>>(64-lookup)]
		if entry == 0 {
			symbol := b.symbol(h)
			size := symbol & 15
			entry = step(symbol, 0)
			if entry == 0 {
				return false
			}
			b.drop(int(size))
			if entry>>8 == 64 {
				return true
			}
			k += int(entry >> 8)
			continue
		}
		b.drop(int(entry & 0xff))
		if entry>>8 == 64 {
			return true
		}
		k += int(entry >> 8)
	}
	return k == 64
}

// restart goes behind the restart marker that must follow.
func (b *bitReader) restart(marker byte) bool {
	rest, ok := b.rest()
	if !ok || len(rest) < 2 || rest[0] != 0xff || rest[1] != marker {
		return false
	}
	*b = bitReader{data: rest[2:]}
	return true
}

// rest returns what follows the scan, which must end in the byte of the last bit.
func (b *bitReader) rest() ([]byte, bool) {
	if b.overrun() {
		return nil, false
	}
	b.fillSlowly()
	if !b.marker || b.n-b.zeros >= 8 {
		return nil, false
	}
	return b.data[b.at:], true
}
