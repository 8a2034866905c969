//go:build mpi

package mpi

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"gorgan/kernels"
)

// A rank that fails tells the others which rank is to blame, and for what. So they do not wait for it until their own
// limits, and then name it too.

const (
	farewellBytes = 500
	parting       = 100 * time.Millisecond // that a farewell has to go
)

// listen begins to receive a farewell from every other rank.
func (p *poller) listen() error {
	p.farewells = make([][]byte, p.size)
	for peer := range p.size {
		if peer == p.rank {
			continue
		}
		p.farewells[peer] = make([]byte, farewellBytes)
		p.held.Pin(unsafe.SliceData(p.farewells[peer]))
		if err := p.start(peer, p.farewells[peer], hearing); err != nil {
			return err
		}
		p.messages = append(p.messages, message{peer, farewellBytes, hearing})
	}
	return nil
}

// leave sends a farewell to all others. What of it fails is of no more importance.
func (p *poller) leave(failure error) {
	var blamed kernels.RankError
	if !errors.As(failure, &blamed) {
		blamed.Rank, blamed.Trouble = p.rank, "has left: "+strings.TrimPrefix(failure.Error(), "mpi: ")
	}
	text := fmt.Appendf(nil, "%d %s", blamed.Rank, blamed.Trouble)
	text = text[:min(len(text), farewellBytes)]
	p.held.Pin(unsafe.SliceData(text))
	for peer := range p.size {
		if peer != p.rank {
			_ = p.start(peer, text, leaving)
		}
	}
	for end := time.Now().Add(parting); time.Now().Before(end); pause(longest) {
		_, _ = p.poll()
	}
}

// told is the error that the farewell of a rank says.
func (p *poller) told(by int, farewell string) error {
	number, trouble, _ := strings.Cut(farewell, " ")
	rank, err := strconv.Atoi(number)
	if err != nil || rank < 0 || rank >= p.size {
		rank, trouble = by, "has left"
	}
	return p.lost(rank, trouble)
}
