package kernels

import (
	"encoding/binary"
	"fmt"
)

const (
	// longestMessage is the most bytes of a broadcast.
	longestMessage = 16 << 20
	// messagePart is how many of them go into one exchange.
	messagePart = 4096
)

// Broadcast returns the message of rank 0 to all ranks of g, which call it at the same time. What other ranks pass is not
// used. A group has no call that sends from one rank alone, so all send as much, and this is for messages of a few
// kilobytes. It returns the error of g, or one for a message of more than 16 MiB.
func Broadcast(g Group, message []byte) ([]byte, error) {
	length := make([]byte, 8*g.Size())
	if err := g.AllGather(length, binary.LittleEndian.AppendUint64(nil, uint64(len(message)))); err != nil {
		return nil, err
	}
	left := binary.LittleEndian.Uint64(length)
	if left > longestMessage {
		return nil, fmt.Errorf("kernels: the message of rank 0 has %d bytes, want at most %d", left, longestMessage)
	}
	var got []byte
	part, all := make([]byte, messagePart), make([]byte, messagePart*g.Size())
	for left > 0 {
		n := int(min(left, messagePart))
		message = message[copy(part[:n], message):]
		if err := g.AllGather(all[:n*g.Size()], part[:n]); err != nil {
			return nil, err
		}
		got, left = append(got, all[:n]...), left-uint64(n)
	}
	return got, nil
}
