package image

// webpSize reads the size alone.
func webpSize(data []byte) (width, height int, err error) {
	if len(data) < 20 {
		return 0, 0, imageError("webp", len(data), "the file ends before the picture")
	}
	// The chunk's own length may pass the file's end, which decoding finds.
	body := data[20:]
	switch string(data[12:16]) {
	case "VP8X":
		if len(body) < 10 {
			return 0, 0, imageError("webp", 20, "the chunk VP8X is too short; want ten bytes")
		}
		width, height = 1+webpUint(body[4:], 3), 1+webpUint(body[7:], 3)
		return width, height, checkImageSize("webp", 24, width, height)
	case "VP8 ":
		k, err := vp8ReadKeyFrame(body, 20)
		return k.width, k.height, err
	case "VP8L":
		r := vp8lNewBits(body, 20)
		return vp8lReadSize(&r)
	}
	return 0, 0, imageError("webp", 12, "no picture; want a chunk VP8 or VP8L")
}

// jp2Size reads the size alone.
func jp2Size(data []byte) (width, height int, err error) {
	at := 0
	if !imageStarts(data, "\xff\x4f\xff\x51") {
		if _, at, err = jp2ReadBoxes(data); err != nil {
			return 0, 0, err
		}
	}
	s := &jp2Stream{data: data[at:], base: at}
	if err := s.readMain(); err != nil {
		return 0, 0, err
	}
	return s.image.width(), s.image.height(), nil
}
