package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// fingerprint hashes a set as it is read: header, then all pixels in order, then all labels.
type fingerprint struct{ hash hash.Hash }

func newFingerprint(count int, size Size) fingerprint {
	head := []byte("gorgan dataset 1\n")
	for _, n := range []int{count, size.Height, size.Width} {
		head = binary.LittleEndian.AppendUint64(head, uint64(n))
	}
	p := fingerprint{sha256.New()}
	p.hash.Write(head)
	return p
}

func (p fingerprint) add(pixels []byte) { p.hash.Write(pixels) }

func (p fingerprint) sum(labels []int32) string {
	tail := make([]byte, 0, 4*len(labels))
	for _, label := range labels {
		tail = binary.LittleEndian.AppendUint32(tail, uint32(label))
	}
	p.hash.Write(tail)
	return hex.EncodeToString(p.hash.Sum(nil))
}
