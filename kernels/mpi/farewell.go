//go:build mpi

package mpi

import (
	"strings"
	"time"
	"unsafe"
)

// A rank that fails tells the others why. So they do not wait for it until their own limits and then name it beside
// the rank that is to blame.

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
	text := []byte(strings.TrimPrefix(failure.Error(), "mpi: "))
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
