package imagefile

import (
	"encoding/binary"
	"image/color"

	"golang.org/x/image/tiff"
	"gorgan/dataset/raster"
)

func tiffHeader(file *watched) (header, error) {
	config, err := tiff.DecodeConfig(file)
	if err != nil {
		return header{}, err
	}
	h := header{size: raster.Size{Height: config.Height, Width: config.Width}, orientation: exifOrientation(file.data)}
	compression, meaning := uint16(0), uint16(0)
	h.frames = directories(file.data, func(order binary.ByteOrder, tag, _ uint16, value []byte) {
		switch tag {
		case 259:
			compression = order.Uint16(value)
		case 262:
			meaning = order.Uint16(value)
		}
	})
	// The image, one strip of the same size as it grows piece by piece, and the result.
	bytes := int64(8)
	switch config.ColorModel {
	case color.GrayModel:
		bytes = 1
	case color.Gray16Model:
		bytes = 2
	case color.RGBAModel, color.NRGBAModel:
		bytes = 4
	case color.RGBA64Model, color.NRGBA64Model:
	default: // a palette
		bytes = 1
	}
	h.memory = (bytes + 5*bytes + 3 + 1) * area(h.size)
	const group3, group4, blackIsZero = 3, 4, 1
	fax := (compression == group3 || compression == group4) && meaning == blackIsZero
	h.decode = func(file *watched, o Options) (flat, error) {
		img, err := tiff.Decode(file)
		if err != nil {
			return flat{}, err
		}
		out := flatten(img, o.Background, h.orientation)
		if fax { // the decoder takes zeros for white there, unlike libtiff
			for k := range out.Pix {
				out.Pix[k] = ^out.Pix[k]
			}
		}
		return out, nil
	}
	return h, nil
}
