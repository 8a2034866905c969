package dataset

import (
	"context"
	"image"
	"io/fs"
	"testing/fstest"

	"gorgan/dataset/raster"
)

// What the tests reach inside for.
var (
	Luma        = luma
	Orientation = orientation
)

// DecodeGrey decodes an image of a set that is not resized.
func DecodeGrey(data []byte) (*image.Gray, int, error) {
	d, err := decodeGrey(context.Background(), data, raster.MaxPixels)
	return d.grey, d.channels, err
}

// OpenIDXBytes opens IDX files that exist in memory only; nil labels are absent ones.
func OpenIDXBytes(ctx context.Context, images, labels []byte, o Options) (*Set, *Report, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	files := fstest.MapFS{"images": {Data: images}, "labels": {Data: labels}}
	at := func(name string) stored {
		return stored{name, func() (fs.File, error) { return files.Open(name) }}
	}
	var beside *stored
	if labels != nil {
		beside = new(at("labels"))
	}
	return openIDX(ctx, &Report{Source: "memory", Kind: "idx"}, at("images"), beside, o)
}

// EmbeddedMNIST is an embedded file, unpacked.
func EmbeddedMNIST(name string) (*unpacked, error) { return unpack(inBinary("mnist/" + name)) }

// Read makes unpacked a reader for tests.
func (u *unpacked) Read(p []byte) (int, error) { return u.reader.Read(p) }

// DecodeUnder decodes with a context.
func DecodeUnder(ctx context.Context, data []byte) error {
	_, err := decodeGrey(ctx, data, raster.MaxPixels)
	return err
}
