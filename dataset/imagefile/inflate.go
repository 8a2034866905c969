package imagefile

import (
	"encoding/binary"
	"errors"
	"io"
)

// inflater unpacks a zlib stream (RFC 1950 and 1951) that is in memory. It is written for images: it
// takes much less time than compress/zlib, and reads no further than it is asked to, so that it does
// not look at the checksum behind the data. The chunks of a PNG file have their own.
type inflater struct {
	src   []byte
	at    int
	acc   uint64 // bits that are next, from the lowest on
	n     int    // how many
	zeros int    // how many of them are none of src's

	buf         []byte // what is unpacked: a window of the past, then what is not read yet
	read, write int

	last           bool // the block is the last
	inBlock        bool
	stored         int // bytes of a stored block that are left, or -1
	lit, dist      []uint32
	lengths        [maxLit + maxDist]uint8
	litBuf, disBuf []uint32

	err error // after what is unpacked
}

const (
	window          = 32 << 10
	inflateRoom     = 128 << 10 // of the buffer, at most
	longestMatch    = 258
	stepRoom        = longestMatch + 2 // what decode writes in a step, at most
	litRoot         = 11               // bits that the first table of a code looks at
	distRoot        = 8
	maxLit, maxDist = 288, 32
)

var errInflate = errors.New("zlib: damaged data")

// newInflater makes an inflater of at least size bytes, of which no more need be read.
func newInflater(src []byte, size int64) (*inflater, error) {
	if len(src) < 2 {
		return nil, io.ErrUnexpectedEOF
	}
	if head := binary.BigEndian.Uint16(src); head%31 != 0 || src[0]&15 != 8 || src[0]>>4 > 7 || src[1]&0x20 != 0 {
		return nil, errors.New("zlib: bad header")
	}
	room := int(min(size, inflateRoom)) + stepRoom
	return &inflater{src: src, at: 2, buf: make([]byte, room), stored: -1}, nil
}

// Read fills p. It returns io.ErrUnexpectedEOF if there is not so much.
func (z *inflater) Read(p []byte) (int, error) {
	done := 0
	for {
		n := copy(p[done:], z.buf[z.read:z.write])
		z.read, done = z.read+n, done+n
		if done == len(p) {
			return done, nil
		}
		if z.err == nil && z.write > len(z.buf)-stepRoom {
			if z.write <= window {
				return done, io.ErrShortBuffer // more than newInflater was told of
			}
			copy(z.buf, z.buf[z.write-window:z.write])
			z.read, z.write = window, window
		}
		if z.err != nil {
			return done, z.err
		}
		if z.err = z.more(); z.err == errInflate && z.zeros > 0 {
			z.err = io.ErrUnexpectedEOF // what is wrong was read behind the end
		}
	}
}

// more unpacks until the buffer is nearly full or a block has ended.
func (z *inflater) more() error {
	if !z.inBlock {
		if z.last {
			return io.ErrUnexpectedEOF
		}
		if err := z.block(); err != nil {
			return err
		}
	}
	if z.stored >= 0 {
		return z.copyStored()
	}
	return z.decode()
}

// fill makes sure that there are 56 bits, with zeros behind the end.
func (z *inflater) fill() {
	if z.at+8 <= len(z.src) {
		z.acc |= binary.LittleEndian.Uint64(z.src[z.at:]) << z.n
		z.at += (63 - z.n) >> 3
		z.n |= 56
		return
	}
	for z.n <= 56 {
		if z.at < len(z.src) {
			z.acc |= uint64(z.src[z.at]) << z.n
			z.at++
		} else {
			z.zeros += 8
		}
		z.n += 8
	}
}

// take returns the next few bits. It wants a fill first.
func (z *inflater) take(n int) int {
	v := z.acc & (1<<n - 1)
	z.acc, z.n = z.acc>>n, z.n-n
	return int(v)
}

// short reports whether bits were taken that are not there.
func (z *inflater) short() bool { return z.zeros > z.n }

// block reads the beginning of a block.
func (z *inflater) block() error {
	z.fill()
	z.last = z.take(1) == 1
	kind := z.take(2)
	if z.short() {
		return io.ErrUnexpectedEOF
	}
	z.inBlock, z.stored = true, -1
	switch kind {
	case 0:
		z.take(z.n % 8)
		z.fill()
		length, complement := z.take(16), z.take(16)
		if z.short() {
			return io.ErrUnexpectedEOF
		}
		if length != complement^0xffff {
			return errInflate
		}
		z.at -= (z.n - z.zeros) / 8 // whole bytes go back
		z.acc, z.n, z.zeros, z.stored = 0, 0, 0, length
		return nil
	case 1:
		for k := range z.lengths[:maxLit] {
			switch {
			case k < 144, k >= 280:
				z.lengths[k] = 8
			case k < 256:
				z.lengths[k] = 9
			default:
				z.lengths[k] = 7
			}
		}
		for k := range maxDist {
			z.lengths[maxLit+k] = 5
		}
		return z.tables(z.lengths[:maxLit], z.lengths[maxLit:])
	case 2:
		return z.dynamic()
	}
	return errInflate
}

func (z *inflater) copyStored() error {
	n := min(z.stored, len(z.buf)-z.write, len(z.src)-z.at)
	if n == 0 && z.stored > 0 {
		return io.ErrUnexpectedEOF
	}
	copy(z.buf[z.write:], z.src[z.at:z.at+n])
	z.write, z.at, z.stored = z.write+n, z.at+n, z.stored-n
	if z.stored == 0 {
		z.stored, z.inBlock = -1, false
	}
	return nil
}

// decode unpacks a block with codes until it ends or the buffer is nearly full. What changes with
// each symbol is in variables, which the compiler can keep in registers.
func (z *inflater) decode() error {
	lit, dist := (*[1 << litRoot]uint32)(z.lit), (*[1 << distRoot]uint32)(z.dist)
	buf, write, src := z.buf, z.write, z.src
	acc, n, at := z.acc, z.n, z.at
	defer func() { z.write, z.acc, z.n, z.at = write, acc, n, at }()
	for write <= len(buf)-stepRoom {
		e := uint32(0)
		if at+8 <= len(src) {
			acc |= binary.LittleEndian.Uint64(src[at:]) << (n & 63)
			at += (63 - n) >> 3
			n |= 56
			// There are bits for two literals of this table and for the code behind them.
			e = lit[acc&(1<<litRoot-1)]
			for k := 0; k < 2 && e&isLiteral != 0; k++ {
				acc, n = acc>>(e&31), n-int(e&31)
				buf[write] = byte(e >> 16)
				write++
				e = lit[acc&(1<<litRoot-1)]
			}
		} else {
			z.acc, z.n, z.at = acc, n, at
			z.fill()
			acc, n, at = z.acc, z.n, z.at
			e = lit[acc&(1<<litRoot-1)]
		}
		if e&isTable != 0 {
			acc, n = acc>>litRoot, n-litRoot
			e = z.lit[e>>16+uint32(acc&(1<<(e>>5&31)-1))]
		}
		acc, n = acc>>(e&31), n-int(e&31)
		switch {
		case z.zeros > n:
			return io.ErrUnexpectedEOF
		case e == 0:
			return errInflate
		case e&isLiteral != 0:
			buf[write] = byte(e >> 16)
			write++
			continue
		case e&isEnd != 0:
			z.inBlock = false
			return nil
		}
		extra := e >> 5 & 31
		length := int(e>>16) + int(acc&(1<<extra-1))
		acc, n = acc>>extra, n-int(extra)
		if n < 28 { // for a code of 15 bits with 13 behind it
			z.acc, z.n, z.at = acc, n, at
			z.fill()
			acc, n, at = z.acc, z.n, z.at
		}
		d := dist[acc&(1<<distRoot-1)]
		if d&isTable != 0 {
			acc, n = acc>>distRoot, n-distRoot
			d = z.dist[d>>16+uint32(acc&(1<<(d>>5&31)-1))]
		}
		extra = d >> 5 & 31
		acc, n = acc>>(d&31), n-int(d&31)
		back := int(d>>16) + int(acc&(1<<extra-1))
		acc, n = acc>>extra, n-int(extra)
		switch {
		case z.zeros > n:
			return io.ErrUnexpectedEOF
		case d == 0 || back > write:
			return errInflate
		}
		to, from := buf[write:write+length], buf[write-back:write]
		for done := 0; done < length; { // what is repeated can be longer than the distance
			done += copy(to[done:], from)
			from = buf[write-back : write+done]
		}
		write += length
	}
	return nil
}
