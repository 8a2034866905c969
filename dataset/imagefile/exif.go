package imagefile

import (
	"bytes"
	"encoding/binary"
)

// exifOrientation returns the orientation in EXIF data, 1 to 8. An image with 1 is upright; the others
// must be turned or mirrored. It returns 0 if there is no orientation or if the data are damaged.
// The layout is that of Exif 2.3: TIFF data, whose first directory has the orientation under tag
// 0x112. Some programs write "Exif" before it where it does not belong.
func exifOrientation(data []byte) int {
	data = bytes.TrimPrefix(data, []byte("Exif\x00\x00"))
	found := 0
	directories(data, func(order binary.ByteOrder, tag, kind uint16, value []byte) {
		const orientation, short = 0x112, 3
		if tag == orientation && kind == short {
			if v := int(order.Uint16(value)); v >= 1 && v <= 8 {
				found = v
			}
		}
	})
	return found
}

// directories goes through the entries of the first directory of TIFF data, and returns how many
// directories there are. An entry has a tag, the kind of its value, and the value or where it is.
func directories(tiff []byte, entry func(order binary.ByteOrder, tag, kind uint16, value []byte)) int {
	const most, entryLength = 1000, 12 // most: directories can form a circle
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	} else if string(tiff[:2]) != "II" {
		return 0
	}
	n := 0
	for at := uint64(order.Uint32(tiff[4:])); at != 0 && at+2 <= uint64(len(tiff)) && n < most; n++ {
		directory := tiff[at+2:]
		entries := int(order.Uint16(tiff[at:]))
		if n == 0 {
			for k := 0; k < entries && len(directory) >= (k+1)*entryLength; k++ {
				e := directory[k*entryLength:]
				entry(order, order.Uint16(e), order.Uint16(e[2:]), e[8:entryLength])
			}
		}
		if len(directory) < entries*entryLength+4 {
			return n + 1
		}
		at = uint64(order.Uint32(directory[entries*entryLength:]))
	}
	return n
}
