package packed

import (
	"fmt"

	"gorgan/dataset/content"
)

// Content that has more bytes than much and more than ratio times its packed bytes is taken for a
// bomb. Deflate packs 1032 zeros to a byte. Of well-known sets dSprites packs best: its 3 GB of shapes
// take about a 115th.
const (
	much  = 64 << 20
	ratio = 200
)

// CheckBomb refuses content of so many bytes in so many packed bytes, if only a decompression bomb
// packs it so well. Its error wraps [content.ErrFormat].
func CheckBomb(unpacked, packed int64) error {
	if unpacked <= much || unpacked/ratio <= packed {
		return nil
	}
	return fmt.Errorf("%d bytes unpack to %d MiB, over %d times as many, as a decompression bomb does: unpack it first if it is sound: %w",
		packed, unpacked>>20, ratio, content.ErrFormat)
}

// CheckBomb is the function of this name for so many bytes of the reader's content.
func (r *Reader) CheckBomb(unpacked int64) error {
	if !r.packed {
		return nil
	}
	return CheckBomb(unpacked, r.most/MaxInflation)
}
