package tree

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"gorgan/dataset/atomicfile"
	"gorgan/dataset/content"
)

// The records of a zip, after PKWARE's APPNOTE 6.3.10: first bytes, and sizes without names. The
// standard library's reader takes four times the memory for a file, and as much as a zip claims.
const (
	localHeader   = "PK\x03\x04"
	centralHeader = "PK\x01\x02"
	endHeader     = "PK\x05\x06"
	end64Header   = "PK\x06\x06"
	end64Locator  = "PK\x06\x07"

	localSize   = 30
	centralSize = 46
	endSize     = 22
	end64Size   = 56
	locatorSize = 20
)

func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// directory is where a zip lists its files.
type directory struct {
	file       io.ReaderAt
	start, end int64
	base       int64 // what offsets count from: the length of the program before the zip
	count      uint64
	count16    bool // only the low 16 bits of count are known
}

var errNoDirectory = fmt.Errorf("zip has no list of its files at its end, it is perhaps cut short: %w: %w", io.ErrUnexpectedEOF, content.ErrFormat)

// findDirectory finds the list of files of a zip.
func findDirectory(file io.ReaderAt, size int64) (*directory, error) {
	const maxComment = math.MaxUint16
	tail := make([]byte, min(size, endSize+maxComment))
	at := size - int64(len(tail))
	if _, err := file.ReadAt(tail, at); err != nil && err != io.EOF {
		return nil, err
	}
	// A comment may hold the same bytes, and other bytes may follow the zip. So the best end is one
	// whose comment goes to the end of the file.
	for _, exact := range []bool{true, false} {
		for i := bytes.LastIndex(tail, []byte(endHeader)); i >= 0; i = bytes.LastIndex(tail[:i], []byte(endHeader)) {
			end := tail[i:]
			if len(end) < endSize {
				continue
			}
			if rest := len(end) - endSize - int(u16(end, 20)); rest == 0 || rest > 0 && !exact {
				return newDirectory(file, at+int64(i), end)
			}
		}
	}
	return nil, errNoDirectory
}

func newDirectory(file io.ReaderAt, at int64, end []byte) (*directory, error) {
	if part := u16(end, 4); part != 0 && part != math.MaxUint16 {
		return nil, fmt.Errorf("is the last of %d parts of a zip, want the whole: join them with zip -s 0: %w", part+1, content.ErrFormat)
	}
	d := &directory{file: file, end: at, count: uint64(u16(end, 10)), count16: true}
	size, offset := uint64(u32(end, 12)), uint64(u32(end, 16))
	if d.count == math.MaxUint16 || size == math.MaxUint32 || offset == math.MaxUint32 {
		if end64, at64 := findEnd64(file, at); end64 != nil {
			d.end, d.count, d.count16 = at64, u64(end64, 32), false
			size, offset = u64(end64, 40), u64(end64, 48)
		}
	}
	if size > uint64(d.end) || offset > uint64(d.end)-size {
		return nil, fmt.Errorf("zip's list of files has %d bytes at offset %d, and ends at %d: %w", size, offset, d.end, content.ErrFormat)
	}
	d.start = d.end - int64(size)
	d.base = d.start - int64(offset)
	// Some programs write more between the list and the end.
	if d.base > 0 && !d.lists(d.start) && d.lists(int64(offset)) {
		d.start, d.end, d.base = int64(offset), int64(offset+size), 0
	}
	return d, nil
}

// lists reports whether a list of files begins at an offset.
func (d *directory) lists(at int64) bool {
	head := make([]byte, len(centralHeader))
	_, err := d.file.ReadAt(head, at)
	return err == nil && string(head) == centralHeader
}

// findEnd64 finds the end record of a large zip by the locator before the end record.
func findEnd64(file io.ReaderAt, end int64) ([]byte, int64) {
	locator := make([]byte, locatorSize)
	if end < locatorSize+end64Size {
		return nil, 0
	}
	if _, err := file.ReadAt(locator, end-locatorSize); err != nil || string(locator[:4]) != end64Locator {
		return nil, 0
	}
	record := make([]byte, end64Size)
	// Behind a program the locator's offset is too small, and the record is just before it.
	for _, at := range []uint64{u64(locator, 8), uint64(end - locatorSize - end64Size)} {
		if at > uint64(end-locatorSize-end64Size) {
			continue
		}
		if _, err := file.ReadAt(record, int64(at)); err == nil && string(record[:4]) == end64Header {
			return record, int64(at)
		}
	}
	return nil, 0
}

// entry is a file, a link or a folder of a zip.
type entry struct {
	name         string
	size         int64
	place        place
	folder, link bool
}

// each calls visit for each entry in turn. It holds one at a time.
func (d *directory) each(visit func(entry) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(d.file, d.start, d.end-d.start), 64<<10)
	header, rest := make([]byte, centralSize), []byte(nil)
	n := uint64(0)
	for ; ; n++ {
		if _, err := io.ReadFull(r, header); err == io.EOF {
			break
		} else if err != nil {
			return d.bad(n, err)
		}
		if string(header[:4]) != centralHeader {
			return d.bad(n, nil)
		}
		names, extra, comment := int(u16(header, 28)), int(u16(header, 30)), int(u16(header, 32))
		if need := names + extra; cap(rest) < need {
			rest = make([]byte, need)
		}
		rest = rest[:names+extra]
		if _, err := io.ReadFull(r, rest); err != nil {
			return d.bad(n, err)
		}
		if _, err := r.Discard(comment); err != nil {
			return d.bad(n, err)
		}
		e, ok := d.entry(header, rest[:names], rest[names:])
		if !ok {
			return d.bad(n, nil)
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	if n != d.count && !(d.count16 && n&math.MaxUint16 == d.count) {
		return fmt.Errorf("zip lists %d files, want %d as its end says: %w", n, d.count, content.ErrFormat)
	}
	return nil
}

// bad is an error about entry n.
func (d *directory) bad(n uint64, err error) error {
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return atomicfile.Reason(err)
	}
	return fmt.Errorf("zip's list of files is broken at its file %d: %w", n+1, content.ErrFormat)
}

// entry reads a header of the list. ok is false if the header cannot be right.
func (d *directory) entry(header, name, extra []byte) (e entry, ok bool) {
	packed, size, offset := uint64(u32(header, 20)), uint64(u32(header, 24)), uint64(u32(header, 42))
	if !large(extra, &size, &packed, &offset) {
		return e, false
	}
	if most := uint64(d.start); packed > most || offset > most || size > math.MaxInt64 {
		return e, false
	}
	e = entry{name: cleaned(strings.ReplaceAll(string(name), `\`, "/")), size: int64(size)}
	e.place = place{offset: d.base + int64(offset), packed: int64(packed), sum: u32(header, 16), method: u16(header, 10)}
	const encryptedFlags = 1 | 1<<6 | 1<<13
	if u16(header, 8)&encryptedFlags != 0 {
		e.place.how = encrypted
	}
	e.folder = strings.HasSuffix(e.name, "/")
	const unix, macOS, linkType, typeMask = 3, 19, 0o120000, 0o170000
	if system := header[5]; system == unix || system == macOS {
		e.link = u32(header, 38)>>16&typeMask == linkType
	}
	return e, true
}

// large replaces the numbers that do not fit into 32 bits with those of the extra field for
// them.
func large(extra []byte, numbers ...*uint64) bool {
	const tag = 1
	for len(extra) >= 4 {
		size := int(u16(extra, 2))
		if len(extra) < 4+size {
			return true // other extra fields may be broken as they like
		}
		field := extra[4 : 4+size]
		if u16(extra, 0) == tag {
			for _, n := range numbers {
				if *n != math.MaxUint32 {
					continue
				}
				if len(field) < 8 {
					return false
				}
				*n, field = u64(field, 0), field[8:]
			}
			return true
		}
		extra = extra[4+size:]
	}
	return true
}

// cleaned is the path of an archive's file below the archive's root.
func cleaned(name string) string {
	for strings.HasPrefix(name, "./") {
		name = strings.TrimLeft(name[2:], "/")
	}
	return name
}

// cutShort makes the end of a file where more should be an error about the content.
func cutShort(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		if errors.Is(err, content.ErrFormat) {
			return err
		}
		return fmt.Errorf("archive is cut short: %w: %w", io.ErrUnexpectedEOF, content.ErrFormat)
	}
	return err
}
