package kerneltest

import (
	"errors"
	"testing"

	"gorgan/kernels"
)

// faulty is a group of one rank that does something beside copying.
type faulty struct{ spoil func(to, from []byte) error }

func (faulty) Rank() int { return 0 }

func (faulty) Size() int { return 1 }

func (f faulty) AllToAll(to, from []byte) error { copy(to, from); return f.spoil(to, from) }

func (f faulty) AllGather(to, from []byte) error { copy(to, from); return f.spoil(to, from) }

// TestFaultyGroup: the check of groups finds what is wrong with one.
func TestFaultyGroup(t *testing.T) {
	if err := Group(kernels.Alone{}, 100); err != nil {
		t.Errorf("a group of one rank: %v", err)
	}
	for what, spoil := range map[string]func(to, from []byte) error{
		"a call that fails":     func(_, _ []byte) error { return errors.New("failed") },
		"another last byte":     func(to, _ []byte) error { change(to, len(to)-1); return nil },
		"another first byte":    func(to, _ []byte) error { change(to, 0); return nil },
		"a change of the input": func(_, from []byte) error { change(from, 0); return nil },
		"parts of 8 bytes": func(to, from []byte) error {
			if len(from)%8 != 0 {
				change(to, len(to)-1)
			}
			return nil
		},
	} {
		if Group(faulty{spoil}, 100) == nil {
			t.Errorf("%s was not noticed", what)
		}
	}
}

func change(b []byte, i int) {
	if len(b) > 0 {
		b[i]++
	}
}
