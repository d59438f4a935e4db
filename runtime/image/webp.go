package image

// webpChunk is one piece of a RIFF file.
type webpChunk struct {
	name string // four characters
	at   int    // of data in the file
	data []byte // with the byte that fills odd sizes up, as libwebp reads on into it
}

// webpChunks lists the chunks of body, which starts at byte base of the file.
func webpChunks(body []byte, base int) ([]webpChunk, error) {
	var chunks []webpChunk
	at := 0
	for len(body)-at >= 8 {
		size := webpUint(body[at+4:], 4)
		if size > len(body)-at-8-size&1 {
			return nil, imageError("webp", base+at, "a chunk is longer than the file")
		}
		end := at + 8 + size + size&1
		chunks = append(chunks, webpChunk{string(body[at : at+4]), base + at + 8, body[at+8 : end]})
		at = end
	}
	return chunks, nil
}

// webpUint is the number in the first n bytes, the lowest first.
func webpUint(b []byte, n int) int {
	v := uint64(0)
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return int(min(v, 1<<31-1))
}

// DecodeWebP decodes a WebP picture, lossy or lossless, to three channels. Alpha
// is dropped; of an animation it gives the first frame on a black canvas.
func DecodeWebP(data []byte) (*Image, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return nil, imageError("webp", 0, "want RIFF, a size and WEBP; the first twelve bytes are others")
	}
	size := webpUint(data[4:], 4)
	if size < 12 || size > len(data)-8 {
		return nil, imageError("webp", 4, "the file is shorter than its size says, or empty")
	}
	chunks, err := webpChunks(data[12:8+size], 12)
	if err != nil {
		return nil, err
	}
	if len(chunks) == 0 {
		return nil, imageError("webp", 12, "the file has no chunks")
	}
	if chunks[0].name == "VP8X" {
		return webpExtended(chunks)
	}
	return webpFrame(chunks[:1], 12)
}

// webpFrame decodes the first coded picture among chunks, which start at byte at.
func webpFrame(chunks []webpChunk, at int) (*Image, error) {
	for _, c := range chunks {
		switch c.name {
		case "VP8 ":
			return vp8Decode(c.data, c.at)
		case "VP8L":
			return vp8lDecode(c.data, c.at)
		}
	}
	return nil, imageError("webp", at, "no picture; want a chunk VP8 or VP8L")
}

// webpExtended decodes a file that starts with a chunk VP8X: features and the
// canvas's size.
func webpExtended(chunks []webpChunk) (*Image, error) {
	x := chunks[0]
	if len(x.data) < 10 {
		return nil, imageError("webp", x.at, "the chunk VP8X is too short; want ten bytes")
	}
	w, h := 1+webpUint(x.data[4:], 3), 1+webpUint(x.data[7:], 3)
	if err := checkImageSize("webp", x.at+4, w, h); err != nil {
		return nil, err
	}
	if x.data[0]&2 != 0 {
		return webpAnimation(chunks, w, h)
	}
	img, err := webpFrame(chunks, x.at)
	if err != nil {
		return nil, err
	}
	if img.Width != w || img.Height != h {
		return nil, imageError("webp", x.at+4, "the picture's size is not the canvas's")
	}
	return img, nil
}

// webpAnimation puts the first frame of an animation on a black canvas of w×h.
func webpAnimation(chunks []webpChunk, w, h int) (*Image, error) {
	var frame webpChunk
	for _, c := range chunks {
		if c.name == "ANMF" {
			frame = c
			break
		}
	}
	if len(frame.data) < 16 {
		return nil, imageError("webp", chunks[0].at, "an animation without a frame")
	}
	x, y := 2*webpUint(frame.data, 3), 2*webpUint(frame.data[3:], 3)
	inner, err := webpChunks(frame.data[16:], frame.at+16)
	if err != nil {
		return nil, err
	}
	img, err := webpFrame(inner, frame.at)
	if err != nil {
		return nil, err
	}
	if x+img.Width > w || y+img.Height > h {
		return nil, imageError("webp", frame.at, "a frame passes the canvas's edge")
	}
	canvas, err := newImage("webp", frame.at, w, h, 3)
	if err != nil {
		return nil, err
	}
	for j := range img.Height {
		copy(canvas.Pix[((y+j)*w+x)*3:], img.Pix[j*img.Width*3:][:img.Width*3])
	}
	return canvas, nil
}
