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
		return imageError(format, offset, "the picture has no pixels: width "+strconv.Itoa(width)+", height "+strconv.Itoa(height))
	}
	if width > MaxPixels || height > MaxPixels/width {
		return imageError(format, offset, "width "+strconv.Itoa(width)+" times height "+strconv.Itoa(height)+" is above "+strconv.Itoa(MaxPixels)+" pixels")
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
	switch {
	case imageStarts(data, "\xff\xd8\xff"):
		return DecodeJPEG(data)
	case imageStarts(data, pngSignature):
		return DecodePNG(data)
	case imageStarts(data, "BM"):
		return DecodeBMP(data)
	case isPNM(data):
		return DecodePNM(data)
	case isTIFF(data):
		return DecodeTIFF(data)
	default:
		return nil, imageError("image", 0, "unknown format; want jpeg, png, bmp, pnm, tiff, webp or jpeg 2000")
	}
}

// imageStarts reports whether data begins with magic.
func imageStarts(data []byte, magic string) bool {
	return len(data) >= len(magic) && string(data[:len(magic)]) == magic
}

// ImageSize reads a picture's width and height without decoding it.
func ImageSize(data []byte) (width, height int, err error) {
	switch {
	case imageStarts(data, "\xff\xd8\xff"):
		return jpegSize(data)
	case imageStarts(data, pngSignature):
		return pngSize(data)
	case imageStarts(data, "BM"):
		return bmpSize(data)
	case isPNM(data):
		return pnmSize(data)
	case isTIFF(data):
		return tiffSize(data)
	}
	return 0, 0, imageError("image", 0, "unknown format; want jpeg, png, bmp, pnm, tiff, webp or jpeg 2000")
}
