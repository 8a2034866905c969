package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"gorgan/dataset/raster"
)

// fingerprint hashes a set as it is read: header, then all pixels in order, then all labels.
type fingerprint struct{ hash hash.Hash }

// newFingerprint begins with the header. That of grey sets has no number of channels, as before
// there were colours, so that older runs know their data again.
func newFingerprint(count int, shape raster.Shape) fingerprint {
	head, numbers := []byte("gorgan dataset 1\n"), []int{count, shape.Height, shape.Width}
	if shape.Channels > 1 {
		head, numbers = []byte("gorgan dataset 2\n"), append(numbers, shape.Channels)
	}
	for _, n := range numbers {
		head = binary.LittleEndian.AppendUint64(head, uint64(n))
	}
	p := fingerprint{sha256.New()}
	p.hash.Write(head)
	return p
}

func (p fingerprint) add(pixels []byte) { p.hash.Write(pixels) }

// sum completes the hash with the labels, 4 bytes each. It hashes them in pieces, because
// together they can be much larger than in the set.
func (p fingerprint) sum(l labels) string {
	piece := make([]byte, 0, 4<<10)
	for i := range l.count {
		if len(piece) == cap(piece) {
			p.hash.Write(piece)
			piece = piece[:0]
		}
		piece = binary.LittleEndian.AppendUint32(piece, uint32(l.at(i)))
	}
	p.hash.Write(piece)
	return hex.EncodeToString(p.hash.Sum(nil))
}
