package events

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Head is what Scan finds in a record.
type Head struct {
	Step    uint32
	Version bool   // the record is that of Version
	Restart bool   // the record is that of Restart
	Tag     string // of the first value, or "" if there is none
	End     int64  // the offset in the file at which the record ends
}

// longestStart is the number of bytes in which Scan looks for what Head has. Pictures are longer.
const longestStart = 4096

// Scan reads records from the start of a file, and calls found with each that is whole, until found
// returns false. It ends without an error at the end of the file, and at a record that is cut short
// or damaged. It returns an error if r cannot be read.
func Scan(r io.Reader, found func(Head) bool) error {
	in := bufio.NewReaderSize(r, 1<<16)
	for end := int64(0); ; {
		start, length, err := readRecord(in)
		if errors.Is(err, errNotWhole) {
			return nil
		}
		if err != nil {
			return err
		}
		h, ok := parseHead(start)
		end += length
		if h.End = end; !ok || !found(h) {
			return nil
		}
	}
}

// errNotWhole means that there is no whole record.
var errNotWhole = errors.New("no whole record")

// readRecord returns the first bytes of the next event, and the length of its record. Whatever length
// the record claims, it keeps no more than longestStart bytes of it in memory.
func readRecord(in io.Reader) (start []byte, length int64, err error) {
	var head [headSize]byte
	if err := readFull(in, head[:]); err != nil {
		return nil, 0, err
	}
	size := binary.LittleEndian.Uint64(head[:lengthSize])
	if binary.LittleEndian.Uint32(head[lengthSize:]) != masked(crc32.Checksum(head[:lengthSize], castagnoli)) || size > math.MaxInt64-headSize-crcSize {
		return nil, 0, errNotWhole
	}
	start = make([]byte, min(size, longestStart))
	if err := readFull(in, start); err != nil {
		return nil, 0, err
	}
	crc := crc32.New(castagnoli)
	crc.Write(start)
	if _, err := io.CopyN(crc, in, int64(size)-int64(len(start))); err == io.EOF {
		return nil, 0, errNotWhole
	} else if err != nil {
		return nil, 0, err
	}
	var tail [crcSize]byte
	if err := readFull(in, tail[:]); err != nil {
		return nil, 0, err
	}
	if binary.LittleEndian.Uint32(tail[:]) != masked(crc.Sum32()) {
		return nil, 0, errNotWhole
	}
	return start, headSize + int64(size) + crcSize, nil
}

func readFull(in io.Reader, b []byte) error {
	_, err := io.ReadFull(in, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errNotWhole
	}
	return err
}

// parseHead finds the parts of Head at the start of an event, in the order in which this package
// writes them. ok is false if it cannot be an event of this package.
func parseHead(b []byte) (h Head, ok bool) {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return h, false
		}
		b = b[n:]
		switch field {
		case eventStep:
			step, n := protowire.ConsumeVarint(b)
			if kind != protowire.VarintType || n < 0 || step > math.MaxUint32 {
				return h, false
			}
			h.Step, b = uint32(step), b[n:]
			continue
		case eventVersion:
			h.Version = true
			return h, true
		case eventSession:
			h.Restart = true
			return h, true
		case eventSummary:
			h.Tag, ok = firstTag(b)
			return h, ok
		}
		if n = protowire.ConsumeFieldValue(field, kind, b); n < 0 {
			return h, false
		}
		b = b[n:]
	}
	return h, true
}

// firstTag returns the tag of the first value of a summary, which begins at b with its length and
// may end beyond b.
func firstTag(b []byte) (string, bool) {
	size, n := protowire.ConsumeVarint(b)
	if n < 0 {
		return "", false
	}
	if b = b[n:]; size == 0 {
		return "", true
	}
	inside := func(want protowire.Number) bool {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 || field != want || kind != protowire.BytesType {
			return false
		}
		b = b[n:]
		return true
	}
	if !inside(summaryValue) {
		return "", false
	}
	if _, n = protowire.ConsumeVarint(b); n < 0 {
		return "", false
	}
	b = b[n:]
	if !inside(valueTag) {
		return "", false
	}
	tag, n := protowire.ConsumeBytes(b)
	return string(tag), n >= 0
}
