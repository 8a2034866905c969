package imagefile

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// unpacked reads so many bytes in pieces.
func unpacked(src []byte, size, piece int) ([]byte, error) {
	z, err := newInflater(src, int64(size))
	if err != nil {
		return nil, err
	}
	out := make([]byte, size)
	for done := 0; done < size; {
		n, err := z.Read(out[done:min(done+piece, size)])
		done += n
		if err != nil {
			return out[:done], err
		}
	}
	return out, nil
}

func packedAt(data []byte, level int) []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, level)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// texts are data that compress in many ways.
func texts() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise, few, runs := make([]byte, 200_000), make([]byte, 200_000), make([]byte, 200_000)
	skewed := make([]byte, 200_000) // whose codes are long
	for k := range noise {
		noise[k], few[k] = byte(r.Uint32()), "abcd"[r.IntN(4)]
		runs[k] = byte(k / 700)
		for skewed[k] < 200 && r.IntN(3) > 0 {
			skewed[k]++
		}
	}
	return map[string][]byte{"nothing": {}, "one": {7}, "noise": noise, "few": few, "runs": runs, "skewed": skewed,
		"mixed": bytes.Join([][]byte{noise[:70_000], runs, noise[:70_000], few, skewed}, nil)}
}

func TestInflate(t *testing.T) {
	for name, text := range texts() {
		for _, level := range []int{zlib.NoCompression, zlib.BestSpeed, zlib.DefaultCompression, zlib.BestCompression, zlib.HuffmanOnly} {
			packed := packedAt(text, level)
			for _, piece := range []int{1, 1000, 1 << 20} {
				got, err := unpacked(packed, len(text), piece)
				if err != nil || !bytes.Equal(got, text) {
					t.Errorf("%s, level %d, in pieces of %d: %d of %d bytes, %v", name, level, piece, len(got), len(text), err)
				}
			}
			if got, err := unpacked(packed, len(text)+1, 1000); err != io.ErrUnexpectedEOF || !bytes.Equal(got, text) {
				t.Errorf("%s, level %d: %d bytes of %d, %v, beyond the end", name, level, len(got), len(text), err)
			}
			for n := 0; n < len(packed)-12; n += 1 + len(packed)/15 { // 12: behind the data
				if got, err := unpacked(packed[:n], len(text), 1<<20); len(text) > 1 && (err != io.ErrUnexpectedEOF || !bytes.HasPrefix(text, got)) {
					t.Errorf("%s, level %d: %d of %d bytes packed: %v", name, level, n, len(packed), err)
				}
			}
		}
	}
}

// FuzzInflate compares with the standard library: what it unpacks, and whether it can.
func FuzzInflate(f *testing.F) {
	for name, text := range texts() {
		for _, level := range []int{zlib.NoCompression, zlib.DefaultCompression, zlib.HuffmanOnly} {
			f.Add(packedAt(text[:min(len(text), 3000)], level), uint16(min(len(text), 3000)), len(name)%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, packed []byte, size uint16, whole bool) {
		piece := 100
		if whole {
			piece = 1 << 16
		}
		got, err := unpacked(packed, int(size), piece)
		if len(packed) < 2 || errors.Is(err, io.ErrShortBuffer) {
			if err == nil || errors.Is(err, io.ErrShortBuffer) {
				t.Fatalf("%d bytes: %v", len(packed), err)
			}
			return
		}
		if got == nil {
			return // the header
		}
		want := make([]byte, size)
		n, stdErr := io.ReadFull(flate.NewReader(bytes.NewReader(packed[2:])), want)
		if (err == nil) != (stdErr == nil) || err == nil && !bytes.Equal(got, want[:n]) {
			t.Fatalf("%d of %d bytes, %v; the standard library has %d, %v", len(got), size, err, n, stdErr)
		}
	})
}
