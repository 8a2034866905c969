package listfile

import (
	"errors"
	"fmt"
)

// ErrMemory is wrapped by the error about a list that takes more memory than it may.
var ErrMemory = errors.New("more memory than allowed")

// memory counts the bytes that a list takes.
type memory struct {
	held  int64
	holds func(bytes int64) bool
}

// take asks for bytes more.
func (m *memory) take(bytes int64) error {
	if m.held += bytes; !m.holds(m.held) {
		return fmt.Errorf("the list takes %d bytes of memory so far: %w", m.held, ErrMemory)
	}
	return nil
}

// give says that bytes are no longer in use.
func (m *memory) give(bytes int64) { m.held -= bytes }

// grown returns s with room for an element more. Each of its elements takes each bytes. While the
// elements move, both places count.
func grown[T any](m *memory, s []T, each int64) ([]T, error) {
	if len(s) < cap(s) {
		return s, nil
	}
	room := max(64, cap(s)+cap(s)/2)
	if err := m.take(each * int64(room)); err != nil {
		return s, err
	}
	m.give(each * int64(cap(s)))
	return append(make([]T, 0, room), s...), nil
}
