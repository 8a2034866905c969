package imagefile_test

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color/palette"
	"image/gif"
	"io"
	"runtime"
	"testing"

	"golang.org/x/image/tiff"
	"gorgan/dataset/imagefile"
)

// zeros packs so many zeros.
func zeros(n int64) []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	io.CopyN(z, endless{}, n)
	z.Close()
	return b.Bytes()
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func pngOf(height, width uint32, depth, kind byte, pixels []byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	file := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(head, depth, kind, 0, 0, 0))...)
	return append(append(file, pngChunk("IDAT", pixels)...), pngChunk("IEND", nil)...)
}

// blankJPEG is a grey file whose blocks have one bit each: nothing changes.
func blankJPEG(frame byte, height, width int) []byte {
	b := []byte("\xff\xd8\xff\xdb\x00\x43\x00")
	b = append(b, bytes.Repeat([]byte{1}, 64)...)
	b = append(b, 0xff, frame, 0, 11, 8, byte(height>>8), byte(height), byte(width>>8), byte(width), 1, 1, 0x11, 0)
	code := append(append([]byte{1}, make([]byte, 15)...), 0) // one code of one bit, of the symbol 0
	b = append(append(b, 0xff, 0xc4, 0, 20, 0x00), code...)
	b = append(append(b, 0xff, 0xc4, 0, 20, 0x10), code...)
	last := byte(63)
	bits := 2
	if frame == 0xc2 { // progressive: the first scan has only the first value
		last, bits = 0, 1
	}
	b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0, 0, last, 0)
	b = append(b, make([]byte, ((height+7)/8*((width+7)/8)*bits+7)/8)...)
	return append(b, 0xff, 0xd9)
}

// lyingGIF is a canvas of a size with a frame of another, whose pixels are all the same.
func lyingGIF(t *testing.T, canvas, frame int) []byte {
	var b bytes.Buffer
	img := image.NewPaletted(image.Rect(0, 0, 1, 1), palette.Plan9)
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	head := b.Bytes()[:13+3*256]
	binary.LittleEndian.PutUint16(head[6:], uint16(canvas))
	binary.LittleEndian.PutUint16(head[8:], uint16(canvas))
	file := append(bytes.Clone(head), 0x2c, 0, 0, 0, 0, byte(frame), byte(frame>>8), byte(frame), byte(frame>>8), 0, 8)
	var packed bytes.Buffer
	z := lzw.NewWriter(&packed, lzw.LSB, 8)
	io.CopyN(z, endless{}, int64(frame)*int64(frame))
	z.Close()
	for p := packed.Bytes(); len(p) > 0; {
		n := min(255, len(p))
		file = append(append(file, byte(n)), p[:n]...)
		p = p[n:]
	}
	return append(file, 0, 0x3b)
}

func flatTIFF(t *testing.T, side int) []byte {
	var b bytes.Buffer
	if err := tiff.Encode(&b, image.NewRGBA64(image.Rect(0, 0, side, side)), &tiff.Options{Compression: tiff.Deflate}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHostile: a small file that holds a large image, or says so, takes less than 300 MB. All that is
// allocated counts, freed or not.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const most = 300 << 20
	canvas := []byte("RIFF\x00\x00\x10\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\xff\x3f\x00\xff\x3f\x00ALPH\x00\x00\x00\x10\x00")
	for name, c := range map[string]struct {
		data []byte
		ok   bool
	}{
		"png of 63 million pixels":      {pngOf(7000, 9000, 8, 2, zeros(7000*27_001)), true},
		"png of 100 million pixels":     {pngOf(10_000, 10_000, 8, 2, zeros(10_000*30_001)), false},
		"png of 8 bytes a pixel":        {pngOf(7000, 9000, 16, 6, zeros(7000*72_001)), true},
		"png, one row":                  {pngOf(1, 60_000_000, 8, 0, zeros(60_000_001)), true},
		"png that only says so":         {claiming(t, 10_000, 10_000), false},
		"jpeg of 40 million pixels":     {blankJPEG(0xc0, 6400, 6400), true},
		"jpeg of 200 million pixels":    {blankJPEG(0xc0, 14_000, 14_000), false},
		"jpeg, progressive":             {blankJPEG(0xc2, 6400, 6400), true},
		"jpeg, progressive, larger":     {blankJPEG(0xc2, 10_000, 10_000), false},
		"jpeg that only says so":        {claimingJPEG(t, 65535, 65535), false},
		"gif of a large canvas":         {lyingGIF(t, 5800, 1), true},
		"gif of a large frame":          {lyingGIF(t, 5800, 5800), true},
		"gif of a huge canvas":          {lyingGIF(t, 65535, 1), false},
		"tiff of 5 million pixels":      {flatTIFF(t, 2200), true},
		"tiff of 10 million pixels":     {flatTIFF(t, 3200), false},
		"webp of a large transparency":  {canvas, false},
		"webp with room for it, in its": {append(bytes.Clone(canvas), make([]byte, 1<<20)...), false},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			im, err := imagefile.Decode(t.Context(), c.data, imagefile.Options{})
			runtime.ReadMemStats(&after)
			if (err == nil) != c.ok {
				t.Errorf("%d bytes: %v, %v", len(c.data), im.Shape, err)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > most || !c.ok && got > 1<<20 {
				t.Errorf("%d MB allocated for %d bytes (%v), want at most %d", got>>20, len(c.data), err, most>>20)
			}
		})
	}
}

// TestLargePhoto: 48 megapixels are a normal photo, even if it is as smooth as can be.
func TestLargePhoto(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	small := imagefile.Options{Least: square(64)}
	if im := decode(t, blankJPEG(0xc0, 6000, 8000), small); im.Height != 750 || im.Width != 1000 {
		t.Errorf("got %v", im.Shape)
	}
	turned := blankJPEG(0xc0, 6000, 8000)
	turned = append([]byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"), turned[2:]...)
	if im := decode(t, turned, imagefile.Options{}); !im.Turned || im.Height != 8000 || im.Width != 6000 {
		t.Errorf("got %v", im.Shape)
	}
	if im := decode(t, pngOf(6000, 8000, 8, 2, zeros(6000*24_001)), small); im.Stored.Area() != 48e6 || im.Channels != 1 {
		t.Errorf("got %v", im.Shape)
	}
}
