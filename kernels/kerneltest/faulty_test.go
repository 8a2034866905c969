package kerneltest

import (
	"errors"
	"testing"

	"gorgan/kernels"
)

// faulty is a group of one rank that does something beside copying.
type faulty struct {
	kernels.Alone
	spoil func(to, from []byte) error
}

func (f faulty) AllToAll(to, from []byte) error {
	return errors.Join(f.Alone.AllToAll(to, from), f.spoil(to, from))
}

func (f faulty) AllGather(to, from []byte) error {
	return errors.Join(f.Alone.AllGather(to, from), f.spoil(to, from))
}

// TestFaultyGroup: the check of groups finds what is wrong with one.
func TestFaultyGroup(t *testing.T) {
	if err := Group(kernels.Alone{}); err != nil {
		t.Errorf("a group of one rank: %v", err)
	}
	for what, spoil := range map[string]func(to, from []byte) error{
		"a call that fails":     func(_, _ []byte) error { return errors.New("failed") },
		"another last byte":     func(to, _ []byte) error { change(to, len(to)-1); return nil },
		"another first byte":    func(to, _ []byte) error { change(to, 0); return nil },
		"a change of the input": func(_, from []byte) error { change(from, 0); return nil },
		"whole words only": func(to, from []byte) error {
			if len(from)%8 != 0 {
				change(to, len(to)-1)
			}
			return nil
		},
	} {
		if Group(faulty{spoil: spoil}) == nil {
			t.Errorf("%s was not noticed", what)
		}
	}
}

func change(b []byte, i int) {
	if len(b) > 0 {
		b[i]++
	}
}
