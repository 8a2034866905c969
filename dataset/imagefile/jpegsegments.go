package imagefile

import (
	"encoding/binary"

	"gorgan/dataset/raster"
)

// segments reads the file up to the end marker behind its only scan.
func (d *smallDecoder) segments(file []byte) bool {
	adobe := false
	for rest := file[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker := rest[1]
		if marker == 0xff {
			rest = rest[1:]
			continue
		}
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || 2+length > len(rest) {
			return false
		}
		body := rest[4 : 2+length]
		rest = rest[2+length:]
		ok := true
		switch {
		case marker == 0xdb:
			ok = d.quantization(body)
		case marker == 0xc4:
			ok = d.huffmanTables(body)
		case marker == 0xc0 || marker == 0xc1:
			ok = d.frame(body)
		case marker == 0xdd:
			ok = len(body) == 2
			if ok {
				d.restart = int(binary.BigEndian.Uint16(body))
			}
		case marker == 0xee:
			// Adobe's marker says in byte 11 what the channels are; 1 is YCbCr.
			if len(body) >= 12 && string(body[:5]) == "Adobe" {
				adobe, ok = true, body[11] == 1
			}
		case marker == 0xda:
			names := len(d.components) == 3 && d.components[0].id == 'R' && d.components[1].id == 'G' && d.components[2].id == 'B'
			if names && !adobe || !d.scan(body) {
				return false
			}
			rest, ok = d.decode(rest)
			return ok && len(rest) >= 2 && rest[0] == 0xff && rest[1] == 0xd9
		case 0xe0 <= marker && marker <= 0xef || marker == 0xfe: // of programs, comments
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return false
}

func (d *smallDecoder) quantization(body []byte) bool {
	for len(body) > 0 {
		wide, at := body[0]>>4, body[0]&15
		length := 64 * (1 + int(wide))
		if wide > 1 || at > 3 || len(body) < 1+length {
			return false
		}
		table := new([64]int32)
		for k := range table {
			if wide == 1 {
				table[k] = int32(binary.BigEndian.Uint16(body[1+2*k:]))
			} else {
				table[k] = int32(body[1+k])
			}
		}
		d.tables[at], body = table, body[1+length:]
	}
	return true
}

func (d *smallDecoder) huffmanTables(body []byte) bool {
	for len(body) > 0 {
		if len(body) < 17 {
			return false
		}
		class, at, symbols := body[0]>>4, body[0]&15, 0
		for _, n := range body[1:17] {
			symbols += int(n)
		}
		if class > 1 || at > 3 || symbols > 256 || len(body) < 17+symbols {
			return false
		}
		table, ok := newHuffman(body[1:17], body[17:17+symbols])
		if !ok {
			return false
		}
		if class == 0 {
			d.dc[at] = table
		} else {
			d.ac[at] = table
		}
		body = body[17+symbols:]
	}
	return true
}

func (d *smallDecoder) frame(body []byte) bool {
	if d.components != nil || len(body) < 6 || body[0] != 8 || len(body) != 6+3*int(body[5]) || body[5] != 1 && body[5] != 3 {
		return false
	}
	d.size = raster.Size{Height: int(binary.BigEndian.Uint16(body[1:])), Width: int(binary.BigEndian.Uint16(body[3:]))}
	if d.size.Height == 0 || d.size.Width == 0 {
		return false
	}
	for b := body[6:]; len(b) > 0; b = b[3:] {
		c := smallComponent{id: b[0], across: int(b[1] >> 4), down: int(b[1] & 15), table: b[2]}
		if c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4 || c.table > 3 {
			return false
		}
		for _, other := range d.components {
			if other.id == c.id {
				return false
			}
		}
		d.components = append(d.components, c)
	}
	if len(d.components) == 1 { // one channel comes block by block, whatever its factors
		d.components[0].across, d.components[0].down = 1, 1
	}
	for _, c := range d.components {
		d.across, d.down = max(d.across, c.across), max(d.down, c.down)
	}
	d.unitsAcross = (d.size.Width + 8*d.across - 1) / (8 * d.across)
	d.unitsDown = (d.size.Height + 8*d.down - 1) / (8 * d.down)
	for k := range d.components {
		c := &d.components[k]
		if d.across%c.across != 0 || d.down%c.down != 0 {
			return false
		}
		// A channel with half the blocks gives twice the values of each, so that all have one size.
		c.width, c.height = d.n*d.across/c.across, d.n*d.down/c.down
		if c.width > 8 || c.height > 8 {
			return false
		}
		c.stride = d.unitsAcross * c.across * c.width
		c.last = lastNeeded(c.width, c.height)
	}
	return true
}

// lastNeeded returns the last value in the order of the file that a block of such a size needs.
func lastNeeded(width, height int) int {
	last := 0
	for k, place := range zigzag {
		if int(place)%8 < width && int(place)/8 < height {
			last = k
		}
	}
	return last
}

func (d *smallDecoder) scan(body []byte) bool {
	n := len(d.components)
	if n == 0 || len(body) != 4+2*n || int(body[0]) != n || body[1+2*n] != 0 || body[2+2*n] != 63 || body[3+2*n] != 0 {
		return false
	}
	for k := range d.components {
		c := &d.components[k]
		tables := body[2+2*k]
		if body[1+2*k] != c.id || tables>>4 > 3 || tables&15 > 3 || d.tables[c.table] == nil {
			return false
		}
		c.dc, c.ac = d.dc[tables>>4], d.ac[tables&15]
		if c.dc == nil || c.ac == nil {
			return false
		}
		c.pixels = make([]byte, c.stride*d.unitsDown*c.down*c.height)
	}
	return true
}
