package dataset

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// members reads a gzip file: one member after the other. It skips zero bytes behind the last
// member, because tapes and downloads are padded with them.
type members struct {
	file   *bufio.Reader
	member *gzip.Reader
}

func newMembers(file *bufio.Reader) (*members, error) {
	member, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &members{file, member}, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.member.Read(p)
		if err != io.EOF || n > 0 {
			if err == io.EOF {
				err = nil // the next call returns it again
			}
			return n, err
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
}

// next goes to the next member. It returns io.EOF if there is none.
func (m *members) next() error {
	for {
		head, err := m.file.Peek(2)
		switch {
		case len(head) == 0:
			return err
		case head[0] == 0:
			m.file.Discard(1)
		case len(head) == 2 && [2]byte(head) == [2]byte(gzipMagic):
			if err := m.member.Reset(m.file); err != nil {
				return err
			}
			m.member.Multistream(false)
			return nil
		default:
			return errors.New("gzip file is followed by other bytes")
		}
	}
}
