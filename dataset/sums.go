package dataset

import (
	"errors"
	"hash/crc32"
	"sync/atomic"
)

// errChanged is the error about an image whose bytes are no longer those of the set's fingerprint.
var errChanged = errors.New("has changed since it was first read")

// sums are checksums of the bytes that were read of each image, so that a set which is not kept in
// memory stays the same. Their methods are safe for concurrent use.
type sums []atomic.Uint64

// check returns errChanged if image i has other bytes than when it was checked first.
func (s sums) check(i int, data []byte) error {
	const read = 1 << 32 // tells a sum of 0 from none
	sum := read | uint64(crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
	if !s[i].CompareAndSwap(0, sum) && s[i].Load() != sum {
		return errChanged
	}
	return nil
}
