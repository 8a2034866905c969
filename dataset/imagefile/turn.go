package imagefile

import "gorgan/dataset/raster"

// upright returns the size of an image after it is turned as an EXIF orientation says.
func upright(s raster.Size, orientation int) raster.Size {
	if orientation >= 5 {
		return raster.Size{Height: s.Width, Width: s.Height}
	}
	return s
}

// turn turns and mirrors an image as an EXIF orientation says, 1 to 8. Others than 2 to 8 change
// nothing.
func turn(im raster.Image, orientation int) raster.Image {
	if orientation < 2 || orientation > 8 {
		return im
	}
	out := raster.New(raster.Shape{Size: upright(im.Size, orientation), Channels: im.Channels})
	first, column, row := places(out.Shape, orientation)
	from := im.Pix
	for y := range im.Height {
		to := first + y*row
		for range im.Width {
			copy(out.Pix[to:to+im.Channels], from)
			from, to = from[im.Channels:], to+column
		}
	}
	return out
}

// places returns where an image's first pixel is in the pixels of the upright image, and the steps
// to the place of the next column and of the next row. The orientation names the sides of the
// upright image that the first row and the first column are: 6 is the right side and the top.
func places(out raster.Shape, orientation int) (first, column, row int) {
	right, down := out.Channels, out.Width*out.Channels
	bottom, end := (out.Height-1)*down, (out.Width-1)*right
	switch orientation {
	case 2:
		return end, -right, down
	case 3:
		return bottom + end, -right, -down
	case 4:
		return bottom, right, -down
	case 5:
		return 0, down, right
	case 6:
		return end, down, -right
	case 7:
		return bottom + end, -down, -right
	case 8:
		return bottom, -down, right
	}
	return 0, right, down
}
