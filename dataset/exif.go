package dataset

import (
	"bytes"
	"encoding/binary"
)

// orientation returns the orientation in the EXIF data of a JPEG file, 1 to 8. An image with
// 1 is upright; the others must be turned or mirrored. It returns 0 if there is no
// orientation or if the data are damaged. The layout is that of Exif 2.3: a segment APP1 of
// the JPEG file holds TIFF data, whose first directory has the orientation under tag 0x112.
func orientation(file []byte) int {
	if !bytes.HasPrefix(file, jpegMagic) {
		return 0
	}
	for rest := file[2:]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, length := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if marker == 0xff { // filling
			rest = rest[1:]
			continue
		}
		if marker == 0xda || length < 2 || 2+length > len(rest) { // 0xda: pixels follow
			return 0
		}
		segment := rest[4 : 2+length]
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffOrientation(tiff)
		}
		rest = rest[2+length:]
	}
	return 0
}

func tiffOrientation(tiff []byte) int {
	const tag, short, entry = 0x112, 3, 12
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	} else if string(tiff[:2]) != "II" {
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	directory := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(directory) < entry {
			return 0
		}
		if order.Uint16(directory) == tag && order.Uint16(directory[2:]) == short {
			if value := int(order.Uint16(directory[8:])); value >= 1 && value <= 8 {
				return value
			}
			return 0
		}
		directory = directory[entry:]
	}
	return 0
}
