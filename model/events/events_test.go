package events

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"
)

// crcByBits is the CRC32C, masked, computed bit by bit as RFC 3720 defines it.
func crcByBits(b []byte) uint32 {
	crc := ^uint32(0)
	for _, v := range b {
		crc ^= uint32(v)
		for range 8 {
			crc = crc>>1 ^ 0x82f63b78*(crc&1)
		}
	}
	crc = ^crc
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// TestRecord: a record is a length, an event, and the masked CRC32C of each.
func TestRecord(t *testing.T) {
	if crc := (crcByBits([]byte("123456789")) - 0xa282ead8); crc>>17|crc<<15 != 0xe3069283 {
		t.Fatalf("the oracle computes %x, want the check value of the polynomial", crc)
	}
	wall := time.Unix(1700000000, 500_000_000)
	for _, c := range []struct {
		got  []byte
		want string // the event, in hex
	}{
		// field 1 is 1.7000000005e9 as a double, field 2 the step
		{Version(wall), "09" + "00002040fc54d941" + "1000" + "1a0d" + fmt.Sprintf("%x", "brain.Event:2")},
		{Restart(wall, 300), "09" + "00002040fc54d941" + "10ac02" + "3a02" + "0801"},
		{Event{wall, 5, []Value{Scalar("a/b", 0.5), Scalar("c", -2)}}.Record(),
			"09" + "00002040fc54d941" + "1005" + "2a16" + "0a0a" + "0a03612f62" + "150000003f" + "0a08" + "0a0163" + "15000000c0"},
	} {
		size := binary.LittleEndian.Uint64(c.got)
		event := c.got[12 : 12+size]
		if len(c.got) != int(size)+16 || binary.LittleEndian.Uint32(c.got[8:]) != crcByBits(c.got[:8]) || binary.LittleEndian.Uint32(c.got[12+size:]) != crcByBits(event) {
			t.Errorf("%x: the frame is wrong", c.got)
		}
		if got := fmt.Sprintf("%x", event); got != c.want {
			t.Errorf("the event is\n%s, want\n%s", got, c.want)
		}
	}
}

// TestHistogram: each value is counted once, in the bucket whose limits hold it.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float32Range(-1e30, 1e30), 1, 200).Draw(t, "values")
		if rapid.Bool().Draw(t, "equal") {
			values = slices.Repeat(values[:1], len(values))
		}
		number := map[protowire.Number]float64{}
		lists := map[protowire.Number][]float64{}
		b := Histogram("h", values)
		_, _, n := protowire.ConsumeField(b) // the tag
		b, _ = protowire.ConsumeBytes(b[n+1:])
		for len(b) > 0 {
			field, kind, n := protowire.ConsumeTag(b)
			b = b[n:]
			if kind == protowire.Fixed64Type {
				v, n := protowire.ConsumeFixed64(b)
				number[field], b = math.Float64frombits(v), b[n:]
				continue
			}
			packed, n := protowire.ConsumeBytes(b)
			for b = b[n:]; len(packed) > 0; packed = packed[8:] {
				lists[field] = append(lists[field], math.Float64frombits(binary.LittleEndian.Uint64(packed)))
			}
		}
		low, high := float64(slices.Min(values)), float64(slices.Max(values))
		if number[1] != low || number[2] != high || number[3] != float64(len(values)) {
			t.Fatalf("%v of %v", number, values)
		}
		limits, counts := lists[6], lists[7]
		if len(limits) != Buckets || len(counts) != Buckets || limits[Buckets-1] != high || !slices.IsSorted(limits) {
			t.Fatalf("limits %v and counts %v", limits, counts)
		}
		// A value at a limit can be in either bucket, for it is rounded.
		slack := 1e-9 * (high - low)
		for i := range counts {
			least, most := 0.0, 0.0
			for _, v := range values {
				if from := limits[max(i, 1)-1]; (i == 0 || float64(v) >= from-slack) && float64(v) <= limits[i]+slack {
					most++
					if (i == 0 || float64(v) > from+slack) && (float64(v) < limits[i]-slack || i == Buckets-1 || low == high) {
						least++
					}
				}
			}
			if low < high && (counts[i] < least || counts[i] > most) {
				t.Fatalf("bucket %d has %v of %v to %v values", i, counts[i], least, most)
			}
		}
		total := 0.0
		for _, n := range counts {
			total += n
		}
		if total != float64(len(values)) {
			t.Fatalf("%v values are counted, want %d", total, len(values))
		}
	})
}

// file is an event file, and what Scan finds in it.
func file() (text []byte, heads []Head) {
	wall := time.Unix(1, 0)
	add := func(h Head, record []byte) {
		text = append(text, record...)
		h.End = int64(len(text))
		heads = append(heads, h)
	}
	add(Head{Version: true}, Version(wall))
	add(Head{Tag: "_hparams_/session_start_info"}, Event{wall, 0, []Value{Settings(wall, map[string]any{"a": 1.0, "b": true, "c": "text"})}}.Record())
	add(Head{Step: 7, Tag: "image"}, Event{wall, 7, []Value{Image("image", 3, 2, 1, make([]byte, 100_000))}}.Record())
	add(Head{Step: 1 << 31, Tag: "a/b"}, Event{wall, 1 << 31, []Value{Scalar("a/b", 1), Scalar("c", 2)}}.Record())
	add(Head{Step: 8, Restart: true}, Restart(wall, 8))
	add(Head{Step: 9}, Event{Wall: wall, Step: 9}.Record())
	return text, heads
}

// TestScan: a scan finds each whole record, and ends at the first byte that is wrong or missing.
func TestScan(t *testing.T) {
	text, want := file()
	scan := func(text []byte) (heads []Head) {
		if err := Scan(bytes.NewReader(text), func(h Head) bool { heads = append(heads, h); return true }); err != nil {
			t.Fatal(err)
		}
		return heads
	}
	if got := scan(text); !slices.Equal(got, want) {
		t.Fatalf("found %+v, want %+v", got, want)
	}
	whole := func(size int) int {
		return len(slices.DeleteFunc(slices.Clone(want), func(h Head) bool { return h.End > int64(size) }))
	}
	for i := 0; i < len(text); i += 1 + i/500 {
		if got := scan(text[:i]); !slices.Equal(got, want[:whole(i)]) {
			t.Fatalf("of %d bytes, %d records are found", i, len(got))
		}
		damaged := slices.Clone(text)
		damaged[i] ^= 4
		if got := scan(damaged); !slices.Equal(got, want[:whole(i)]) {
			t.Fatalf("of a file whose byte %d is wrong, %d records are found", i, len(got))
		}
	}
	calls := 0
	if err := Scan(bytes.NewReader(text), func(Head) bool { calls++; return calls < 2 }); err != nil || calls != 2 {
		t.Errorf("a scan that is to end after 2 records ends after %d, %v", calls, err)
	}
	broken := errors.New("broken")
	for _, n := range []int{0, 50, len(text) / 2} {
		if err := Scan(io.MultiReader(bytes.NewReader(text[:n]), iotest.ErrReader(broken)), func(Head) bool { return true }); !errors.Is(err, broken) {
			t.Errorf("a file that cannot be read from byte %d on: %v", n, err)
		}
	}
	// What the head of a record claims takes no memory, and no other record has 2^63 bytes.
	for _, size := range []uint64{1 << 40, math.MaxInt64, math.MaxUint64} {
		head := binary.LittleEndian.AppendUint64(nil, size)
		if got := scan(append(binary.LittleEndian.AppendUint32(head, crcByBits(head)), strings.Repeat("x", 5000)...)); got != nil {
			t.Errorf("a record of %d bytes is found", size)
		}
	}
}

// FuzzScan: no event makes a scan fail, and what it finds lies in the file, in order.
func FuzzScan(f *testing.F) {
	text, _ := file()
	f.Add(text[12:37])
	f.Add([]byte{0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{0x2a, 0xff, 0xff, 0xff, 0x7f, 0x0a, 0x03, 0x0a, 0x05, 'a'})
	f.Add([]byte{0x3a, 0x80})
	f.Fuzz(func(t *testing.T, event []byte) {
		end := int64(0)
		text := slices.Concat(Version(time.Unix(0, 0)), record(event), event)
		if err := Scan(bytes.NewReader(text), func(h Head) bool {
			if h.End <= end || h.End > int64(len(text)) {
				t.Errorf("a record ends at %d, after one at %d of %d bytes", h.End, end, len(text))
			}
			end = h.End
			return true
		}); err != nil {
			t.Error(err)
		}
	})
}
