package packed_test

import (
	"errors"
	"testing"

	"gorgan/dataset/content"
	"gorgan/dataset/packed"
)

func TestCheckBomb(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name             string
		unpacked, packed int64
		bomb             bool
	}{
		{"little", 64 * mib, 1, false},
		{"64 MiB of zeros", 64*mib + 1, 64 * mib / packed.MaxInflation, true},
		{"200 times", 200 * mib, mib, false},
		{"over 200 times", 201*mib + 1, mib, true},
		{"dSprites", 3_019_898_880, 26_067_000, false},
	} {
		if err := packed.CheckBomb(c.unpacked, c.packed); errors.Is(err, content.ErrFormat) != c.bomb {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
