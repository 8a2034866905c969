// Package events writes event files of TensorBoard, and finds how far such a file is whole.
//
// An event file is a sequence of records. A record holds one message Event of TensorBoard's
// event.proto, which is a file version, a summary (scalars, pictures, histograms, settings) or a
// restart. The functions return records, and the caller appends each of them to the file with one
// write:
//
//	file.Write(events.Version(now))
//	file.Write(events.Event{Wall: now, Step: 1, Values: []events.Value{events.Scalar("loss", 0.5)}}.Record())
//
// The same values give the same bytes.
package events

import (
	"encoding/binary"
	"hash/crc32"
)

// Sizes of the parts of a record, in bytes.
const (
	lengthSize = 8
	crcSize    = 4
	headSize   = lengthSize + crcSize
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the form in which a record holds a CRC32C.
func masked(crc uint32) uint32 { return (crc>>15 | crc<<17) + 0xa282ead8 }

// record frames an event as TFRecord does: length, CRC of the length, event, CRC of the event. All
// numbers are little-endian.
func record(event []byte) []byte {
	b := make([]byte, 0, headSize+len(event)+crcSize)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(event)))
	b = binary.LittleEndian.AppendUint32(b, masked(crc32.Checksum(b, castagnoli)))
	b = append(b, event...)
	return binary.LittleEndian.AppendUint32(b, masked(crc32.Checksum(event, castagnoli)))
}
