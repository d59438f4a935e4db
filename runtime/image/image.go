package image

import "strconv"

// MaxPixels bounds a picture's size, so that a header of few bytes cannot claim any amount of memory. Pillow warns above
// the same number.
const MaxPixels = 1 << 28 / 3

// Image holds decoded pixels: Height rows of Width pixels of Channels samples, 8 bits each, without padding.
type Image struct {
	Width, Height int
	Channels      int // 1 gray, 3 red green blue; transparency is dropped
	Pix           []byte
}

// FormatError reports an encoded picture that cannot be decoded.
type FormatError struct {
	Format  string // "jpeg", …; "image" where the format is unknown
	Offset  int    // in bytes from the start, about where the problem is
	Problem string // what is wrong
}

// Error reads "jpeg: byte 17: …".
func (e *FormatError) Error() string {
	return e.Format + ": byte " + strconv.Itoa(e.Offset) + ": " + e.Problem
}

// imageError is a FormatError for a return statement.
func imageError(format string, offset int, problem string) error {
	return &FormatError{Format: format, Offset: offset, Problem: problem}
}

// checkImageSize refuses sizes that no picture has and those above MaxPixels. No sum or product of sides that pass
// overflows 32 bits.
func checkImageSize(format string, offset, width, height int) error {
	if width <= 0 || height <= 0 {
		size := "width " + strconv.Itoa(width) + ", height " + strconv.Itoa(height)
		return imageError(format, offset, "the picture has no pixels: "+size)
	}
	if width > MaxPixels || height > MaxPixels/width {
		size := "width " + strconv.Itoa(width) + " times height " + strconv.Itoa(height)
		return imageError(format, offset, size+" is above "+strconv.Itoa(MaxPixels)+" pixels")
	}
	return nil
}

// newImage makes a black picture.
func newImage(format string, offset, width, height, channels int) (*Image, error) {
	if err := checkImageSize(format, offset, width, height); err != nil {
		return nil, err
	}
	return &Image{Width: width, Height: height, Channels: channels, Pix: make([]byte, width*height*channels)}, nil
}

// DecodeImage decodes a picture whose format its first bytes tell: JPEG, PNG, BMP, PNM, TIFF, WebP or JPEG 2000.
func DecodeImage(data []byte) (*Image, error) {
	switch imageFormat(data) {
	case "jpeg":
		return DecodeJPEG(data)
	case "png":
		return DecodePNG(data)
	case "bmp":
		return DecodeBMP(data)
	case "pnm":
		return DecodePNM(data)
	case "tiff":
		return DecodeTIFF(data)
	case "webp":
		return DecodeWebP(data)
	case "jpeg 2000":
		return DecodeJPEG2000(data)
	}
	return nil, errImageFormat()
}

// ImageSize reads a picture's width and height without decoding it.
func ImageSize(data []byte) (width, height int, err error) {
	switch imageFormat(data) {
	case "jpeg":
		return jpegSize(data)
	case "png":
		return pngSize(data)
	case "bmp":
		return bmpSize(data)
	case "pnm":
		return pnmSize(data)
	case "tiff":
		return tiffSize(data)
	case "webp":
		return webpSize(data)
	case "jpeg 2000":
		return jp2Size(data)
	}
	return 0, 0, errImageFormat()
}

// imageFormat tells a format by how its files begin, "" for none.
func imageFormat(data []byte) string {
	switch {
	case imageStarts(data, "\xff\xd8\xff"):
		return "jpeg"
	case imageStarts(data, pngSignature):
		return "png"
	case imageStarts(data, "BM"):
		return "bmp"
	case isPNM(data):
		return "pnm"
	case isTIFF(data):
		return "tiff"
	case imageStarts(data, "RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return "webp"
	case imageStarts(data, "\x00\x00\x00\x0cjP  \r\n\x87\n"), imageStarts(data, "\xff\x4f\xff\x51"):
		return "jpeg 2000"
	}
	return ""
}

// imageStarts reports whether data begins with magic.
func imageStarts(data []byte, magic string) bool {
	return len(data) >= len(magic) && string(data[:len(magic)]) == magic
}

// errImageFormat refuses what begins like no format.
func errImageFormat() error {
	return imageError("image", 0, "unknown format; want jpeg, png, bmp, pnm, tiff, webp or jpeg 2000")
}
