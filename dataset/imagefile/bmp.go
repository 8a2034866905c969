package imagefile

import (
	"encoding/binary"

	"golang.org/x/image/bmp"
	"gorgan/dataset/raster"
)

func bmpHeader(file *watched) (header, error) {
	config, err := bmp.DecodeConfig(file)
	if err != nil {
		return header{}, err
	}
	size := raster.Size{Height: config.Height, Width: config.Width}
	const depth = 28 // the offset of the bits per pixel
	bits := int64(binary.LittleEndian.Uint16(file.data[depth:]))
	return header{size: size, decode: decodeBMP, memory: (4 + 3) * area(size), least: area(size) / 8 * bits}, nil
}

func decodeBMP(file *watched, o Options) (flat, error) {
	img, err := bmp.Decode(file)
	if err != nil {
		return flat{}, err
	}
	return flatten(img, o.Background, 0), nil
}
