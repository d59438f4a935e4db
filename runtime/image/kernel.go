package image

// MeasureImage gives the height and width of an encoded picture. fault is -1, or where in src it is no picture.
func MeasureImage(src []byte) (height, width, fault int) {
	width, height, err := ImageSize(src)
	if err != nil {
		return 0, 0, imageFault(err)
	}
	return height, width, -1
}

// ReadRGB decodes a picture of the given size to red, green and blue or, if reversed, to blue, green and red: dst is
// [height, width, 3]. fault is -1, or where in src the picture is damaged.
func ReadRGB(dst, src []byte, height, width int, reversed bool) (fault int) {
	im, fault := readImage(src, height, width)
	if fault >= 0 {
		return fault
	}
	dst = dst[:3*height*width]
	switch {
	case im.Channels == 1:
		for i, v := range im.Pix {
			dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
		}
	case reversed:
		for i := 0; i+3 <= len(dst); i += 3 {
			dst[i], dst[i+1], dst[i+2] = im.Pix[i+2], im.Pix[i+1], im.Pix[i]
		}
	default:
		copy(dst, im.Pix)
	}
	return -1
}

// ReadGray decodes a picture of the given size to its brightness by ITU-R 601: dst is [height, width, 1]. fault is -1,
// or where in src the picture is damaged.
func ReadGray(dst, src []byte, height, width int) (fault int) {
	im, fault := readImage(src, height, width)
	if fault >= 0 {
		return fault
	}
	dst = dst[:height*width]
	if im.Channels == 1 {
		copy(dst, im.Pix)
		return -1
	}
	for i := range dst {
		r, g, b := uint32(im.Pix[3*i]), uint32(im.Pix[3*i+1]), uint32(im.Pix[3*i+2])
		dst[i] = byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
	}
	return -1
}

// readImage decodes a picture that must have a size.
func readImage(src []byte, height, width int) (im *Image, fault int) {
	im, err := DecodeImage(src)
	switch {
	case err != nil:
		return nil, imageFault(err)
	case im.Height != height || im.Width != width:
		return nil, 0
	}
	return im, -1
}

// imageFault is where the trouble is.
func imageFault(err error) int {
	if e, ok := err.(*FormatError); ok {
		return max(e.Offset, 0)
	}
	return 0
}
