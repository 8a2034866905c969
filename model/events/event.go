package events

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of the message Event that this package uses.
const (
	eventWall    protowire.Number = 1 // double, seconds since 1970
	eventStep    protowire.Number = 2 // int64
	eventVersion protowire.Number = 3 // string
	eventSummary protowire.Number = 5 // Summary
	eventSession protowire.Number = 7 // SessionLog
)

// A Summary has values. The first field of each is its tag.
const (
	summaryValue protowire.Number = 1
	valueTag     protowire.Number = 1
)

// version is the file version since which a restart has an event of its own.
const version = "brain.Event:2"

// Event is what happened at one step.
type Event struct {
	Wall   time.Time
	Step   uint32
	Values []Value // with different tags
}

// Record returns the record of e.
func (e Event) Record() []byte {
	var summary message
	for _, v := range e.Values {
		summary = summary.bytes(summaryValue, v)
	}
	return record(begin(e.Wall, e.Step).bytes(eventSummary, summary))
}

// Version returns the record that a file begins with.
func Version(wall time.Time) []byte {
	return record(begin(wall, 0).bytes(eventVersion, []byte(version)))
}

// Restart returns the record that makes readers forget the events before it whose step is step or
// later.
func Restart(wall time.Time, step uint32) []byte {
	const status, start = 1, 1
	return record(begin(wall, step).bytes(eventSession, message(nil).number(status, start)))
}

func begin(wall time.Time, step uint32) message {
	return message(nil).double(eventWall, float64(wall.UnixNano())/1e9).number(eventStep, uint64(step))
}

// message is a message of protocol buffers. Its methods append one field each.
type message []byte

func (m message) bytes(n protowire.Number, v []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, n, protowire.BytesType), v)
}

func (m message) number(n protowire.Number, v uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, n, protowire.VarintType), v)
}

func (m message) float(n protowire.Number, v float32) message {
	return protowire.AppendFixed32(protowire.AppendTag(m, n, protowire.Fixed32Type), math.Float32bits(v))
}

func (m message) double(n protowire.Number, v float64) message {
	return protowire.AppendFixed64(protowire.AppendTag(m, n, protowire.Fixed64Type), math.Float64bits(v))
}

// doubles appends a packed list.
func (m message) doubles(n protowire.Number, values []float64) message {
	packed := make([]byte, 0, 8*len(values))
	for _, v := range values {
		packed = protowire.AppendFixed64(packed, math.Float64bits(v))
	}
	return m.bytes(n, packed)
}
