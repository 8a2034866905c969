package imagefile_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"gorgan/dataset/imagefile"
)

// FuzzDecode: no file makes the decoder panic, and an image has the pixels that its shape says.
func FuzzDecode(f *testing.F) {
	for _, path := range goldens(f) {
		f.Add(read(f, path))
	}
	for _, name := range []string{"badcrc_text.png", "extra_idat.png", "noeoi.jpg"} {
		f.Add(read(f, filepath.Join("testdata/cases", name)))
	}
	f.Add(claiming(f, 5000, 5000))
	f.Add(claimingJPEG(f, 5000, 5000))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, refused := imagefile.Inspect(data)
		if refused == nil && info.Bytes > 64<<20 {
			return // sound perhaps, but slow
		}
		im, err := imagefile.Decode(t.Context(), data, imagefile.Options{Background: background})
		if err != nil {
			return
		}
		if refused != nil || info.Size != im.Stored || info.Size != im.Size || info.Format != im.Format {
			t.Fatalf("Inspect says %+v, %v; the image is %s, %v of %v", info, refused, im.Format, im.Size, im.Stored)
		}
		grey := im.Channels == 1
		if len(im.Pix) != im.Values() || !grey && im.Channels != 3 || !grey && im.IsGrey() || im.Frames < 1 {
			t.Fatalf("image of %v with %d bytes, %d frames", im.Shape, len(im.Pix), im.Frames)
		}
	})
}

// FuzzPNG mends the checksums of a changed PNG file, so that the chunks behind them are reached.
func FuzzPNG(f *testing.F) {
	for _, path := range goldens(f) {
		if filepath.Ext(path) == ".png" {
			f.Add(read(f, path))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		mended := []byte("\x89PNG\r\n\x1a\n")
		for rest := data[min(8, len(data)):]; len(rest) >= 8; {
			n := int(rest[2])<<8 | int(rest[3])
			end := min(8+n, len(rest))
			mended = append(mended, pngChunk(string(rest[4:8]), rest[8:end])...)
			rest = rest[min(end+4, len(rest)):]
		}
		info, err := imagefile.Inspect(mended)
		if err != nil || info.Bytes > 64<<20 {
			return
		}
		im, err := imagefile.Decode(t.Context(), mended, imagefile.Options{})
		if err == nil && (len(im.Pix) != im.Values() || im.Stored != info.Size) {
			t.Fatalf("image of %v with %d bytes", im.Shape, len(im.Pix))
		}
	})
}

// FuzzEXIF: any EXIF data give an orientation from 1 to 8 or none, whichever format carries them.
func FuzzEXIF(f *testing.F) {
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	img := flatGrey(2, 3, 0)
	for k := range img.Pix {
		img.Pix[k] = byte(40 * k)
	}
	whole := encoded(f, img)
	f.Fuzz(func(t *testing.T, exif []byte) {
		im := decode(t, append(append(bytes.Clone(whole[:33]), pngChunk("eXIf", exif)...), whole[33:]...), imagefile.Options{})
		if len(im.Pix) != 6 || im.Height*im.Width != 6 || !im.Turned && !bytes.Equal(im.Pix, img.Pix) {
			t.Fatalf("image of %v: %v", im.Shape, im.Pix)
		}
	})
}
