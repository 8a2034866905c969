package ranks

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// piece is how many bytes may take as long as the limit.
const piece = 64 << 10

// errGivenUp is the error of a call that another goroutine has ended with giveUp.
var errGivenUp = errors.New("given up")

// link is the connection with another rank.
type link struct {
	net.Conn
	rank, ranks int
	host        string
	limit       time.Duration
	givenUp     atomic.Bool
}

// giveUp ends the receiving under way and all later one.
func (l *link) giveUp() {
	l.givenUp.Store(true)
	l.SetReadDeadline(time.Unix(1, 0))
}

// receive fills b. It returns an error if nothing comes for as long as the limit.
func (l *link) receive(b []byte) error {
	for len(b) > 0 {
		l.SetReadDeadline(time.Now().Add(l.limit))
		if l.givenUp.Load() { // afterwards giveUp sets the deadline last
			return errGivenUp
		}
		n, err := l.Read(b[:min(piece, len(b))])
		b = b[n:]
		if err != nil && len(b) > 0 {
			return l.lost(err, "has sent nothing for")
		}
	}
	return nil
}

// send writes b. It returns an error if the other side takes nothing for as long as the limit.
func (l *link) send(b []byte) error {
	for len(b) > 0 {
		n := min(piece, len(b))
		l.SetWriteDeadline(time.Now().Add(l.limit))
		if _, err := l.Write(b[:n]); err != nil {
			return l.lost(err, "has taken nothing for")
		}
		b = b[n:]
	}
	return nil
}

// receiveFrame returns the next frame that says something new.
func (l *link) receiveFrame() (frame, error) {
	b := make([]byte, frameSize)
	for {
		if err := l.receive(b); err != nil {
			return frame{}, err
		}
		f := decodeFrame(b)
		switch f.kind {
		case waiting:
			continue
		case failed:
			b := make([]byte, failureSize)
			if err := l.receive(b); err != nil {
				return f, err
			}
			return f, decodeFailure(b).err(l.ranks)
		}
		return f, nil
	}
}

// lost returns the error of a rank whose connection has failed.
func (l *link) lost(err error, nothing string) error {
	switch {
	case l.givenUp.Load():
		return errGivenUp
	case errors.Is(err, os.ErrDeadlineExceeded):
		return l.missing(nothing + " " + l.limit.String() + "; see whether its process has ended or is stopped")
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return l.missing("has closed its connection; see what its process says, or whether it was killed")
	}
	return l.missing("has lost its connection (" + cause(err) + "); see what its process says, or whether it was killed")
}

// missing returns the error that names the other rank.
func (l *link) missing(trouble string) error { return missing(l.rank, l.ranks, l.host, trouble) }

// gone reports whether the other side has closed the connection, where it is to send nothing.
func (l *link) gone() bool {
	l.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := l.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// cause is what the system said of a connection, without the addresses.
func cause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		err = call.Err
	}
	return err.Error()
}
